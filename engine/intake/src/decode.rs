//! Bytes become text: byte-order marks, legacy encodings, bytes that are no text.

use crate::page;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// Decoded text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// The text; line ends are those of the input.
    pub(crate) text: String,
    /// Name of the encoding in lower case.
    pub(crate) encoding: String,
    /// What was lost or guessed, full sentences.
    pub(crate) notes: Vec<String>,
}

const REPLACED: &str = "Some bytes do not fit the encoding and were replaced.";

/// How many bytes with the high bit set are enough to guess an encoding from.
const GUESS_FROM: usize = 1 << 20;

/// Decodes a text; `None` where the bytes are no text.
pub(crate) fn decode(bytes: Vec<u8>) -> Option<Decoded> {
    if let Some(big) = utf32(&bytes) {
        return Some(decode_utf32(&bytes, big));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        return Some(decode_as(encoding, &bytes[mark..], Vec::new()));
    }
    if let Some(encoding) = unmarked_utf16(&bytes) {
        return Some(decode_as(encoding, &bytes, Vec::new()));
    }
    if is_binary(&bytes) {
        return None;
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Some(finish(text, "utf-8", Vec::new())),
        Err(error) => error.into_bytes(),
    };
    let (valid, invalid) = utf8_sequences(&bytes);
    if valid > invalid {
        let note = format!("{invalid} byte sequences are not UTF-8 and were replaced.");
        return Some(finish(String::from_utf8_lossy(&bytes).into_owned(), "utf-8", vec![note]));
    }
    let encoding = page::declared_encoding(&bytes).unwrap_or_else(|| guess(&bytes));
    let note = format!("It is not UTF-8 and was read as {}.", encoding.name().to_ascii_lowercase());
    Some(decode_as(encoding, &bytes, vec![note]))
}

/// Whether a text that begins with these bytes is none: what follows them cannot change that.
pub(crate) fn is_no_text(start: &[u8]) -> bool {
    Encoding::for_bom(start).is_none() && unmarked_utf16(start).is_none() && is_binary(start)
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8], mut notes: Vec<String>) -> Decoded {
    let (text, replaced) = encoding.decode_without_bom_handling(bytes);
    if replaced {
        notes.push(REPLACED.into());
    }
    finish(text.into_owned(), &encoding.name().to_ascii_lowercase(), notes)
}

/// Whether a text is UTF-32, and its largest byte comes first. The mark of the other order begins like that of UTF-16;
/// no text in UTF-16 begins with a NUL.
fn utf32(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0, 0, 0xfe, 0xff, ..] => Some(true),
        [0xff, 0xfe, 0, 0, ..] => Some(false),
        _ => None,
    }
}

fn decode_utf32(bytes: &[u8], big: bool) -> Decoded {
    let mut text = String::with_capacity(bytes.len() / 4);
    let mut wrong = false;
    for four in bytes.chunks(4).skip(1) {
        let number = <[u8; 4]>::try_from(four)
            .ok()
            .map(|four| if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) });
        let c = number.and_then(char::from_u32);
        wrong |= c.is_none();
        text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    let notes = if wrong { vec![REPLACED.to_owned()] } else { Vec::new() };
    finish(text, if big { "utf-32be" } else { "utf-32le" }, notes)
}

/// NUL characters pad what crashed machines and serial consoles leave behind. They are no part of any line.
fn finish(mut text: String, encoding: &str, mut notes: Vec<String>) -> Decoded {
    let nuls = text.bytes().filter(|byte| *byte == 0).count();
    if nuls > 0 {
        text.retain(|c| c != '\0');
        let what = if nuls == 1 { "1 NUL character was".to_owned() } else { format!("{nuls} NUL characters were") };
        notes.push(format!("{what} left out."));
    }
    Decoded { text, encoding: encoding.to_owned(), notes }
}

/// UTF-16 without its mark, as some tools on Windows write: every other byte of plain text is zero.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(4096) & !1];
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), start.len() / 2);
    match half {
        0..4 => None,
        _ if odd * 10 >= half * 7 && even * 10 <= half => Some(UTF_16LE),
        _ if even * 10 >= half * 7 && odd * 10 <= half => Some(UTF_16BE),
        _ => None,
    }
}

/// Many control characters, or little but NULs. Terminal recordings (escapes, bells, backspaces) are text.
fn is_binary(bytes: &[u8]) -> bool {
    let mut nuls = 0_usize;
    let mut controls = 0_usize;
    for byte in bytes {
        match byte {
            0 => nuls += 1,
            1..=6 | 0x10..=0x1a | 0x1c..=0x1f | 0x7f => controls += 1,
            _ => {}
        }
    }
    let rest = bytes.len() - nuls;
    controls * 20 > rest || nuls > rest.saturating_mul(9)
}

/// Sequences of several bytes that are UTF-8, and such that are not.
fn utf8_sequences(bytes: &[u8]) -> (usize, usize) {
    bytes.utf8_chunks().fold((0, 0), |(valid, invalid), chunk| {
        let long = chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        (valid + long, invalid + usize::from(!chunk.invalid().is_empty()))
    })
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0).saturating_sub(16);
    let sample = &bytes[first..bytes.len().min(first + GUESS_FROM)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    detector.guess(None, Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::decode;
    use encoding_rs::{BIG5, GB18030, SHIFT_JIS};

    fn text_of(bytes: &[u8]) -> (String, String) {
        let decoded = decode(bytes.to_vec()).expect("this is text");
        (decoded.text, decoded.encoding)
    }

    #[test]
    fn byte_order_marks_decide() {
        assert_eq!(text_of(b"\xef\xbb\xbfabc\r\n"), ("abc\r\n".into(), "utf-8".into()));
        assert_eq!(text_of(b"\xff\xfea\0b\0\n\0"), ("ab\n".into(), "utf-16le".into()));
        assert_eq!(text_of(b"\xfe\xff\0a\0b\0\n"), ("ab\n".into(), "utf-16be".into()));
        assert_eq!(text_of(b"a\0b\0c\0d\0e\0\n\0"), ("abcde\n".into(), "utf-16le".into()));
    }

    #[test]
    fn legacy_encodings_are_guessed() {
        let chinese = "内核线程被阻塞超过一百二十秒，系统没有响应，请检查锁的持有者。\n进程等待写锁";
        assert_eq!(text_of(&GB18030.encode(chinese).0).0, chinese);
        let traditional = "核心執行緒被阻塞超過一百二十秒，系統沒有回應，請檢查鎖的持有者。\n行程等待寫入鎖";
        assert_eq!(text_of(&BIG5.encode(traditional).0), (traditional.into(), "big5".into()));
        let japanese = "カーネルスレッドが百二十秒以上ブロックされています。ロックの所有者を確認してください。";
        assert_eq!(text_of(&SHIFT_JIS.encode(japanese).0), (japanese.into(), "shift_jis".into()));
    }

    #[test]
    fn encodings_of_one_region_are_told_apart() {
        let hangul = "태스크가 백이십 초 이상 차단되었습니다. 잠금 소유자를 확인하십시오.";
        let russian = "Задача заблокирована более ста двадцати секунд, проверьте владельца блокировки.";
        let polish = "Zadanie zostało zablokowane dłużej niż sto dwadzieścia sekund, sprawdź właściciela.";
        let french = "La tâche est bloquée depuis plus de cent vingt secondes, vérifiez le propriétaire.";
        let greek = "Η διεργασία έχει μπλοκαριστεί για περισσότερα από εκατόν είκοσι δευτερόλεπτα.";
        let cases = [
            (hangul, encoding_rs::EUC_KR),
            (russian, encoding_rs::WINDOWS_1251),
            (russian, encoding_rs::KOI8_R),
            (russian, encoding_rs::ISO_8859_5),
            (polish, encoding_rs::ISO_8859_2),
            (polish, encoding_rs::WINDOWS_1250),
            (french, encoding_rs::WINDOWS_1252),
            (greek, encoding_rs::ISO_8859_7),
        ];
        let log = "[  242.123456] INFO: task cat:12 blocked for more than 120 seconds.\n".repeat(20);
        for (text, encoding) in cases {
            let text = format!("{log}{text}\n{log}");
            assert_eq!(text_of(&encoding.encode(&text).0).0, text, "{}", encoding.name());
        }
    }

    #[test]
    fn wide_characters_are_read_in_either_order() {
        let text = "内核 task 12\n";
        let wide = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
        let long = "INFO: task 内核:12\r\n".repeat(3);
        let unmarked = long.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        assert_eq!(text_of(&[b"\xff\xfe".to_vec(), wide(u16::to_le_bytes)].concat()), (text.into(), "utf-16le".into()));
        assert_eq!(text_of(&[b"\xfe\xff".to_vec(), wide(u16::to_be_bytes)].concat()), (text.into(), "utf-16be".into()));
        assert_eq!(text_of(&unmarked), (long, "utf-16be".into()));
        let four = |to: fn(u32) -> [u8; 4]| {
            format!("\u{feff}{text}").chars().flat_map(|c| to(u32::from(c))).collect::<Vec<u8>>()
        };
        assert_eq!(text_of(&four(u32::to_le_bytes)), (text.into(), "utf-32le".into()));
        assert_eq!(text_of(&four(u32::to_be_bytes)), (text.into(), "utf-32be".into()));
        let cut = decode(four(u32::to_le_bytes)[..10].to_vec()).expect("this is text");
        assert_eq!((cut.text.as_str(), cut.notes.len()), ("内\u{fffd}", 1));
    }

    #[test]
    fn damaged_utf8_stays_utf8() {
        let mut bytes = "größer als überall, schöne Grüße\n".as_bytes().to_vec();
        bytes.extend(b"\xff broken\n");
        let decoded = decode(bytes).expect("this is text");
        assert_eq!(decoded.encoding, "utf-8");
        assert!(decoded.text.contains("schöne") && decoded.text.contains('\u{fffd}'));
        assert_eq!(decoded.notes, ["1 byte sequences are not UTF-8 and were replaced."]);
    }

    #[test]
    fn nuls_are_left_out_and_binaries_refused() {
        let decoded = decode(b"\0\0\0[  12.5] INFO: task cat:12\n".to_vec()).expect("this is text");
        assert_eq!(decoded.text, "[  12.5] INFO: task cat:12\n");
        assert_eq!(decoded.notes, ["3 NUL characters were left out."]);
        assert_eq!(decode((0..=255).cycle().take(4096).collect()), None);
        assert_eq!(decode(vec![0; 4096]), None);
        assert!(decode(b"\x1b[1mroot\x1b[0m\x07 \x08\n".to_vec()).is_some(), "a terminal recording is text");
    }
}
