use super::recognise::is_mail;
use crate::{Intake, Limits, read_bytes};

fn read(name: &str, mail: &[u8]) -> Intake {
    read_bytes(name, mail.to_vec(), &Limits::default())
}

/// Labels and texts.
fn texts(intake: &Intake) -> Vec<(&str, &str)> {
    intake.documents.iter().map(|document| (document.name.as_str(), document.text.as_str())).collect()
}

const HEAD: &str = "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\nX-Spam: no\r\nTo: list@example.org\r\n\
    Date: Mon, 4 Mar 2024 10:00:00 +0100\r\nSubject: hung tasks =?iso-8859-1?B?/GJlcg==?=\r\n on vm7\r\n\
    Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n";
const SHOWN: &str = "From: Jürgen <j@example.org>\nTo: list@example.org\nDate: Mon, 4 Mar 2024 10:00:00 +0100\n\
    Subject: hung tasks über on vm7\nMessage-ID: <1@example.org>\n\n";

fn body(header: &str, body: &str) -> Vec<u8> {
    format!("{HEAD}{header}\r\n\r\n{body}").into_bytes()
}

#[test]
fn a_message_gives_its_text_and_its_attachments() {
    let mail = body(
        "Content-Type: multipart/mixed;\r\n boundary=\"=_b\"",
        "This is a message in MIME format.\r\n--=_b\r\nContent-Type: multipart/alternative; boundary=alt\r\n\r\n\
         --alt\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         rip=3D0xffff and a long =\r\nline =C3=A4  \r\n> quoted\r\n--alt\r\nContent-Type: text/html\r\n\r\n<p>the same\r\n--alt--\r\n\
         --=_b\r\nContent-Type: application/octet-stream; name*0*=utf-8''gr%C3%B6; name*1=\"sse.log\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nW1wgIDEuMF0gSU5GTwo\r\n\r\n--=_b\r\n\
         Content-Disposition: attachment; filename=\"../../etc/x.txt\"\r\n\r\nINFO: task a:1\r\n--=_b\r\n\
         Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgoAAAAA\r\n--=_b--\r\nfooter\r\n",
    );
    let intake = read("t/m.eml", &mail);
    let text = format!("{SHOWN}rip=0xffff and a long line ä\n> quoted\n\nfooter\n");
    assert_eq!(
        texts(&intake),
        [
            ("t/m.eml/text", text.as_str()),
            ("t/m.eml/grösse.log", "[\\  1.0] INFO\n"),
            ("t/m.eml/x.txt", "INFO: task a:1"),
        ]
    );
    assert_eq!(intake.documents[0].notes, [super::message::NOTE]);
    let problems: Vec<String> = intake.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["t/m.eml/part-1: is a picture; paste the text that it shows"]);
}

#[test]
fn bodies_are_decoded_as_they_say_and_as_they_are() {
    let gives = |header: &str, bytes: &[u8], text: &str| {
        let mut mail = body(header, "");
        mail.extend(bytes);
        assert_eq!(texts(&read("m.eml", &mail)), [("m.eml/text", format!("{SHOWN}{text}").as_str())], "{header}");
    };
    gives("Content-Type: text/plain; charset=koi8-r", b"\xf0\xf2\xe9\xf7\xe5\xf4", "ПРИВЕТ\n");
    gives("Content-Type: text/plain; charset=iso-8859-1", "größe".as_bytes(), "größe\n");
    gives("Content-Type: text/plain; charset=nonsense", "größe".as_bytes(), "größe\n");
    gives("Content-Type: text/plain; charset=iso-2022-jp", b"\x1b$B%+!<%M%k\x1b(B", "カーネル\n");
    gives("Content-Transfer-Encoding: base64", b"YW\nJj\n", "abc\n");
    gives("Content-Transfer-Encoding: base64\r\nContent-Type: text/plain; charset=gb2312", b"xNq6yw==", "内核\n");
    gives("Content-Transfer-Encoding: base64", b"YWJj\n_______\nthe list\n", "abc\n_______\nthe list\n");
    gives("Content-Transfer-Encoding: base64", b"[ 1.0] INFO\n", "[ 1.0] INFO\n");
    gives("Content-Transfer-Encoding: quoted-printable", b"a=0 b=1 rdi=ff\n", "a=0 b=1 rdi=ff\n");
    gives("Content-Transfer-Encoding: quoted-printable", b"=3D=20\n\xc3\xa4=", "= \nä=\n");
    gives("Content-Type: text/plain; format=flowed; delsp=yes", b"a \nb\n", "ab\n");
    gives("Content-Type: text/html", b"<pre>[&lt;ffff81&gt;]\n  x</pre>", "[<ffff81>]\n  x\n");
    gives("Content-Type: multipart/mixed; boundary=never", b"--other\n\ntext\n", "--other\n\ntext\n");
}

#[test]
fn messages_in_messages_and_archives_in_them_are_read_on() {
    let inner = "From: b@example.org\nSubject: inner\nContent-Type: multipart/mixed; boundary=i\n\n\
        --i\nContent-Type: text/plain; name=console.log\n\nconsole\n--i--\n";
    let mail = body(
        "Content-Type: multipart/digest; boundary=o",
        &format!(
            "--o\n\n{inner}--o\nContent-Type: message/rfc822; name=fwd\nContent-Transfer-Encoding: base64\n\n{}\n--o--\n",
            data_encoding::BASE64.encode(inner.as_bytes())
        ),
    );
    let intake = read("m", &mail);
    let head = "From: b@example.org\nSubject: inner\n";
    assert_eq!(
        texts(&intake),
        [
            ("m/text", SHOWN.strip_suffix('\n').expect("it ends with a blank line")),
            ("m/part-1.eml/text", head),
            ("m/part-1.eml/console.log", "console"),
            ("m/fwd.eml/text", head),
            ("m/fwd.eml/console.log", "console"),
        ]
    );
}

#[test]
fn a_mailbox_gives_its_messages_by_number() {
    let mbox = "From a@example.org Mon Mar  4 10:00:00 2024\nFrom: a\nSubject: one\n\nFrom the console:\n>From here\n>>From there\n> quoted\n\n\
        From b@example.org Mon Mar  4 10:00:01 2024\r\nFrom: b\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n\r\n\
        From the console it is:\nRIP: 0010:x\n\n\nFrom c Mon Mar  4 10:00:02 2024\nFrom: c\nDate: now\nContent-Type: multipart/mixed; boundary=b\n\n\
        --b\nContent-Disposition: attachment; filename=a.log\n\nlog 1\n--b\nContent-Disposition: attachment; filename=a.log\n\nlog 2\n--b";
    for name in ["q.mbox", "q.MBOX.gz", "q"] {
        let intake = read(name, mbox.as_bytes());
        let label = |rest: &str| format!("{name}/{rest}");
        assert_eq!(
            texts(&intake),
            [
                (
                    label("1/text").as_str(),
                    "From: a\nSubject: one\n\nFrom the console:\nFrom here\n>From there\n> quoted\n\n"
                ),
                (label("2/text").as_str(), "From: b\n\nabc\nFrom the console it is:\nRIP: 0010:x\n\n\n"),
                (label("3/text").as_str(), "From: c\nDate: now\n"),
                (label("3/a.log").as_str(), "log 1"),
                (label("3/2-a.log").as_str(), "log 2"),
            ]
        );
    }
}

#[test]
fn a_page_saved_with_all_it_shows_gives_its_text() {
    let page = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/1\r\nSubject: Bug 1\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"----Multi--\"\r\n\r\n\r\n\
        ------Multi--\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: https://example.org/1\r\n\r\n\
        <!DOCTYPE html><html><title>Bug 1</title><pre class=3D\"x\">a\r\n  b</pre></html>\r\n------Multi--\r\n\
        Content-Type: text/css\r\nContent-Location: https://example.org/s\r\n\r\np {}\r\n------Multi------\r\n";
    for name in ["page.mht", "page"] {
        let intake = read(name, page.as_bytes());
        assert_eq!(intake.documents[0].text, "From: <Saved by Blink>\nSubject: Bug 1\n\nBug 1\na\n  b\n");
        assert_eq!((intake.documents.len(), intake.problems.len()), (1, 0));
    }
}

#[test]
fn texts_that_only_begin_like_mail_stay_as_they_are() {
    let plain = body("Content-Type: text/plain; charset=utf-8", "[ 1.0] INFO: task a:1\r\n");
    let shown_decoded = body("Content-Transfer-Encoding: quoted-printable", "RIP: 0010:x+0x1\r\nrdi=ff rsi=0 a=b\r\n");
    let no_parts = body("Content-Type: multipart/mixed; boundary=b", "[ 1.0] INFO: task a:1\r\n");
    let no_base64 = body("Content-Transfer-Encoding: base64", "[ 1.0] INFO: task a:1\r\n");
    let greeting = body("Content-Transfer-Encoding: base64", "Team\r\n[ 1.0] INFO: task a:1\r\n");
    let patch = b"From 1234abcd Mon Sep 17 00:00:00 2001\nFrom: a\nDate: now\nSubject: [PATCH] x\n\n---\n".to_vec();
    let quoted = body("Content-Transfer-Encoding: quoted-printable", "a=3Db\r\n");
    let after_text = [b"Hello,\n".to_vec(), quoted.clone()].concat();
    let few_fields = b"Content-Transfer-Encoding: base64\n\nYWJj\n".to_vec();
    for text in [plain, shown_decoded, no_parts, no_base64, greeting, patch, after_text, few_fields] {
        assert!(!is_mail("a.txt", &text), "{}", String::from_utf8_lossy(&text));
    }
    assert!(is_mail("a.txt", &quoted));
    assert!(!is_mail("console.eml", b"[ 1.0] INFO task a\n"), "a name alone makes no mail");
    assert!(is_mail("a.eml", b"From: a\nSubject: x\n\nplain\n"));
    assert!(is_mail("A.MBOX.xz", b"From a Mon Mar  4 10:00 2024\nFrom: a\n\nplain\n"));
}

#[test]
fn hostile_messages_take_one_pass() {
    let parts = body("Content-Type: multipart/mixed; boundary=b", &"--b\n\nx\n".repeat(100_000));
    let intake = read("m.eml", &parts);
    assert_eq!(intake.documents.len(), 1);
    assert_eq!(intake.documents[0].notes[1], "Only its first 10000 parts were read: there are more.");

    let nested =
        (0..1000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect::<String>();
    let intake = read("m.eml", format!("From: a\n{nested}\nthe text\n").as_bytes());
    assert!(intake.documents.iter().any(|document| document.text.contains("the text")), "it is a part as it stands");

    let missing = body(
        "Content-Type: multipart/mixed; boundary=b",
        &"--b\nContent-Type: multipart/mixed; boundary=c\n\nx\n".repeat(20_000),
    );
    assert_eq!(read("m.eml", &missing).documents.len(), 1);

    let messages = format!("From: a\n{}x\n", "Content-Type: message/rfc822\n\n".repeat(1000));
    let intake = read("m.eml", messages.as_bytes());
    assert_eq!(intake.problems.len(), 1, "the limit on nesting is told once");

    let long = format!("From: {}\nSubject: {}\n\nthe text\n", "=?utf-8?Q?a?= ".repeat(100_000), "x".repeat(1 << 20));
    let intake = read("m.eml", long.as_bytes());
    assert!(intake.documents[0].text.ends_with("\n\nthe text\n") && intake.documents[0].text.len() < 20_000);

    let mut messages = "From a 10:00\nFrom: b\n\n".repeat(5000);
    messages.push_str(&"\n\nFrom 10:00\nFrom 10:00\n".repeat(50_000));
    assert_eq!(read("q.mbox", messages.as_bytes()).documents.len(), 5000);
}

#[test]
fn a_message_that_was_cut_says_so() {
    let mail = body("Content-Type: text/plain", &"line\n".repeat(100));
    let limits = Limits { file_bytes: mail.len() as u64 - 100, ..Limits::default() };
    let folder = std::env::temp_dir().join(format!("stacklore-intake-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let file = folder.join("m.eml");
    std::fs::write(&file, mail).expect("a file for the test");
    let intake = crate::read_paths(&[file], &limits);
    std::fs::remove_dir_all(&folder).expect("it was made above");
    assert!(intake.documents[0].notes.iter().any(|note| note.starts_with("Only its first")), "{:?}", intake.documents);
}

#[test]
fn names_mislead_nobody() {
    let named = |name: &str| {
        let header = format!("Content-Disposition: attachment; filename=\"{name}\"");
        let label = read("m.eml", &body(&header, "x")).documents.pop().expect("the attachment").name;
        label.strip_prefix("m.eml/").expect("it is within the message").to_owned()
    };
    assert_eq!(named("C:\\\\logs\\\\a.txt"), "a.txt");
    assert_eq!(named("../.."), "part-1");
    assert_eq!(named("/etc/"), "etc");
    assert_eq!(named("\u{202e}gol.exe"), "\u{fffd}gol.exe");
    assert_eq!(named("=?utf-8?B?YQBiCmMvZA==?="), "d");
    assert_eq!(named(&format!("{}.gz", "ä".repeat(500))).chars().count(), 121);
}

/// Fixed seed: cut and mixed pieces of messages.
#[test]
fn no_message_panics() {
    const PIECES: &[&str] = &[
        "From: a\n",
        "From a\n",
        "\n",
        "\r\n",
        "--b\n",
        "--b--\n",
        "--c",
        "--",
        "Content-Type: multipart/mixed; boundary=b\n",
        "Content-Type: multipart/alternative; boundary=\"c\"\n",
        "Content-Type: message/rfc822\n",
        "Content-Type: text/html\n",
        "Content-Transfer-Encoding: base64\n",
        "Content-Transfer-Encoding: quoted-printable\n",
        "YWJj\n",
        "=",
        "=3D",
        "=\n",
        "Content-Disposition: attachment; filename*0*=utf-8''%",
        "filename*1=\"x",
        "; name*=",
        "; name**0*1*=x",
        ";",
        "\"",
        "'",
        "=?utf-8?Q?",
        "?=",
        "Date: x\n",
        ">From x\n",
        " ",
        "\t",
        "x: y\n",
        "\u{feff}",
        "ä",
        "Content-Type: text/plain; format=flowed; charset=",
        "utf-16le\n",
    ];
    let mut state = 11_u64;
    for _ in 0..20_000 {
        let mut mail = b"From: a\nDate: b\n".to_vec();
        for _ in 0..16 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            mail.extend(PIECES[(state >> 33) as usize % PIECES.len()].as_bytes());
        }
        let _ = read("m.txt", &mail);
        let _ = read("m.eml", &mail);
    }
}
