//! What text goes through on its way into a ticket: encodings, line ends, the journal.

use super::corpus::stamped;
use super::noise::{Log, dated};
use encoding_rs::{GBK, WINDOWS_1252};

/// UTF-16 with its byte-order mark.
pub(crate) fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

/// Line ends of Windows.
pub(crate) fn crlf(text: &str) -> Vec<u8> {
    text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
}

/// The text below a few words in an encoding that is older than Unicode.
pub(crate) fn legacy(text: &str, chinese: bool) -> Vec<u8> {
    let (encoding, words) = match chinese {
        true => (GBK, "系统卡死,重启后恢复正常,附件是现场收集的日志,请帮忙分析一下原因,谢谢。\n"),
        false => (WINDOWS_1252, "Das Gerät hängt seit heute früh, die Größe des Protokolls ist gekürzt.\n"),
    };
    let (head, _, _) = encoding.encode(words);
    [&head[..], b"\n", text.as_bytes()].concat()
}

/// A log of the kernel as `/var/log/messages` has it.
pub(crate) fn syslog(text: &str, host: &str, start: u64) -> Vec<u8> {
    let mut out = String::with_capacity(2 * text.len());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let seconds = stamped(line).map_or(0, |(micros, _)| micros / 1_000_000);
        out.push_str(&format!("{} {host} kernel: {line}\n", dated(Log::Syslog, start + seconds % 86_400)));
    }
    out.into_bytes()
}

/// A log of the kernel as `journalctl -k -o json` prints it.
pub(crate) fn journal_json(text: &str, start: u64) -> Vec<u8> {
    let mut out = String::with_capacity(4 * text.len());
    for (micros, message) in text.lines().filter_map(stamped) {
        let record = serde_json::json!({
            "__REALTIME_TIMESTAMP": (start * 1_000_000 + micros).to_string(),
            "__MONOTONIC_TIMESTAMP": micros.to_string(),
            "_SOURCE_MONOTONIC_TIMESTAMP": micros.to_string(),
            "_TRANSPORT": "kernel",
            "_HOSTNAME": "node07",
            "SYSLOG_IDENTIFIER": "kernel",
            "PRIORITY": "4",
            "MESSAGE": message,
        });
        out.push_str(&record.to_string());
        out.push('\n');
    }
    out.into_bytes()
}

/// A log of the kernel as `journalctl -k -o export` prints it: a field on each line, a blank line behind each record.
pub(crate) fn journal_export(text: &str, start: u64) -> Vec<u8> {
    let mut out = String::with_capacity(4 * text.len());
    for (micros, message) in text.lines().filter_map(stamped) {
        out.push_str(&format!(
            "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={micros}\n_SOURCE_MONOTONIC_TIMESTAMP={micros}\n\
             _TRANSPORT=kernel\nPRIORITY=4\nSYSLOG_IDENTIFIER=kernel\nMESSAGE={message}\n_HOSTNAME=node07\n\n",
            start * 1_000_000 + micros
        ));
    }
    out.into_bytes()
}
