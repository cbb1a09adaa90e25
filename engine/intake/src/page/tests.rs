use super::{declared_encoding, is_page, text_of};
use crate::{Limits, Problem, read_bytes};

#[test]
fn only_what_begins_as_a_page_is_one() {
    for page in [
        "<!DOCTYPE html>\n<html lang=en>",
        "<html><body>x",
        "\u{feff}  \r\n<HTML >",
        "<!doctype html PUBLIC \"-//W3C//DTD HTML 4.01//EN\">",
        "<?xml version=\"1.0\"?>\n<!-- saved -->\n<html xmlns=\"http://www.w3.org/1999/xhtml\">",
        "<html",
    ] {
        assert!(is_page(page.as_bytes()), "{page}");
    }
    for text in [
        "",
        "<htmlx>",
        "<!-- <html> never closed",
        "The page shows &lt;html&gt;:\n<html><body>",
        "<pre>[<ffffffff8105b0c1>] foo+0x1/0x2</pre>",
        "INFO: task cat:12 blocked <html>",
        "<?xml version=\"1.0\"?><testsuite/>",
        "<!DOCTYPE svg>",
    ] {
        assert!(!is_page(text.as_bytes()), "{text}");
    }
}

#[track_caller]
fn gives(body: &str, text: &str) {
    assert_eq!(text_of(&format!("<html><body>{body}</body></html>\n")), text, "{body}");
}

#[test]
fn blocks_and_breaks_end_lines_and_spaces_fold() {
    gives("<p>one\n  two<p>three", "one two\nthree\n");
    gives("a<br>b<br/>\n  c<br><br>d", "a\nb\nc\n\nd\n");
    gives("<div><div>a</div></div><div>b <b>c</b>d</div>e", "a\nb cd\ne\n");
    gives("<ul><li>a</li>\n<li>b</ul>", "a\nb\n");
    gives("a <a href=\"http://x/\">link</a> b<!-- no --><img src=\"data:image/png;base64,AAAA\" alt=x>", "a link b\n");
    gives(
        "<script>if (a<b) x()</script><style>p {}</style><select><option>x</select>text<svg><title>i</title></svg>",
        "text\n",
    );
    gives(
        "&nbsp;&nbsp;__schedule+0x2e0/0x870<br>&nbsp; schedule+0x36/0x80",
        "  __schedule+0x2e0/0x870\n  schedule+0x36/0x80\n",
    );
}

#[test]
fn verbatim_text_keeps_lines_spaces_and_entities() {
    gives(
        "<p>Trace:</p><pre>\n[&lt;ffffffff8105b0c1&gt;] ?  foo+0x1/0x2\r\n\n  b &amp; c\n</pre>after",
        "Trace:\n[<ffffffff8105b0c1>] ?  foo+0x1/0x2\n\n  b & c\nafter\n",
    );
    gives("<textarea>  a\n  b &lt;c&gt;</textarea>", "  a\n  b <c>\n");
    gives("x<pre>a</pre></code><pre>b\n  c</pre>", "x\na\nb\n  c\n");
    gives("see <code>a\n  b</code> there", "see a\n  b there\n");
    gives(
        "<pre><span class=\"line\"><span class=\"pl-c1\">0xffff</span> <span>a</span></span>\n<span class=\"line\">b</span></pre>",
        "0xffff a\nb\n",
    );
    gives("<pre><div class=\"line\">a</div><div class=\"line\">b\n</div></pre>c", "a\nb\nc\n");
}

#[test]
fn elements_styled_as_verbatim_are() {
    gives(
        "<div style=\"color: red; White-Space : pre-wrap\">a\n  b<div>c</div>\n  d</div>  e\n  f",
        "a\n  b\nc\n\n  d\ne f\n",
    );
    gives("<p style=white-space:pre>a\n <span style='white-space:pre-line'>b\n</p>c\nd", "a\n b\nc d\n");
    gives("<p style=\"line-break: after-white-space; x: white-space: pre\">a\n  b", "a b\n");
    let deep = format!("{}a\n  b{}c\n  d", "<div style=white-space:pre>".repeat(1000), "</div>".repeat(1000));
    gives(&deep, "a\n  b\nc d\n");
}

#[test]
fn what_is_no_element_stays() {
    gives(
        "<pre>[<ffffffff8105b0c1>] foo\nstd::vector<int> x\n[<c01234567>]</pre>",
        "[<ffffffff8105b0c1>] foo\nstd::vector<int> x\n[<c01234567>]\n",
    );
    gives("From: A <a@example.org>", "From: A <a@example.org>\n");
    gives("a <o:p></o:p><clipboard-copy>b</clipboard-copy> 1 < 2", "a b 1 < 2\n");
}

#[test]
fn rows_are_lines_and_cells_are_parted_by_tabs() {
    gives(
        "<table><tr><th>PID</th><th>Name</th></tr>\n<tr>\n<td>1</td>\n<td>init</td></tr></table>x",
        "PID\tName\n1\tinit\nx\n",
    );
    gives("<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", "a\tb\n");
    gives("x<table><tr><td>note<td><pre>a\nb</pre><td>after</table>", "x\nnote\t\na\nb\nafter\n");
    gives("<table><tr><td>a<table><tr><td>b<td>c</table>d<td>e</table>", "a\nb\tc\nd\ne\n");
}

#[test]
fn numbers_of_lines_are_left_out() {
    let github = "<table><tr><td id=\"L1\" class=\"blob-num js-line-number\" data-line-number=\"1\"></td>\
        <td class=\"blob-code\">  <span class=pl-k>a</span>  b</td></tr>\n<tr><td class=\"blob-num\">2</td>\
        <td class=\"blob-code\">    c</td></tr></table>";
    gives(github, "  a  b\n    c\n");
    let pygments = "<table><tr><td class=\"linenos\"><div><pre>1\n2\n</pre></div></td><td class=code><pre>a\n  b\n</pre></td></tr></table>";
    gives(pygments, "a\n  b\n");
    let highlighter = "<table><tbody><tr><td class=\"gutter\"><div class=\"line number1 alt2\">1</div><div class=\"line number2\">2</div></td>\
        <td class=\"code\"><div class=\"container\" title=\"Hint\"><div class=\"line number1\"><code class=\"java plain\">a</code>\
        <code class=\"java spaces\">&nbsp;&nbsp;</code><code>b</code></div><div class=\"line number2\"><code>c</code></div></div></td></tr></tbody></table>";
    gives(highlighter, "a  b\nc\n");
    gives("<pre><span class=\"lineno\">1 </span>a\n<span class=\"lineno\">2 </span>b</pre>", "a\nb\n");
    let plugin = "<table><tr><td class=\"hljs-ln-numbers\" data-line-number=1><div data-line-number=1></div></td>\
        <td class=\"hljs-ln-code\" data-line-number=1>  x = 1</td></tr></table>";
    gives(plugin, "  x = 1\n");
    gives("<table><tr><td class=\"no-gutter\">text 1</td><td>b</td></tr></table>", "text 1\tb\n");
    gives("<table><tr><td class=gutter>1<td>a<tr><td class=gutter>2<td>b</table>", "a\nb\n");
}

#[test]
fn what_follows_the_page_is_text() {
    let log = "<html><body>502 Bad Gateway</body></html>\n[  1.0] INFO: task a:1\n  x <ffffffff81000000>\n";
    assert_eq!(text_of(log), "502 Bad Gateway\n[  1.0] INFO: task a:1\n  x <ffffffff81000000>\n");
    assert_eq!(text_of("<html>a</html>\n<!-- served in 3 ms -->\n"), "a\n");
}

#[test]
fn a_page_names_its_encoding() {
    let name = |page: &str| declared_encoding(page.as_bytes()).map(|encoding| encoding.name());
    assert_eq!(name("<html><meta charset=\"gb2312\">"), Some("GBK"));
    assert_eq!(name("<html><meta content='text/html; charset=windows-1251'>"), Some("windows-1251"));
    assert_eq!(name("<html><meta charset=utf-8>"), None);
    assert_eq!(name("<html><meta charset=utf-16>"), None);
    assert_eq!(name("charset=koi8-r"), None);
    assert_eq!(name("<html><meta charset=nonsense>"), None);
}

#[test]
fn broken_pages_give_what_they_hold() {
    assert_eq!(text_of("<html><pre>a\n<scr"), "a\n");
    assert_eq!(text_of("<html><!-- never closed"), "");
    assert_eq!(text_of("<html></td></tr></table></pre></pre></code>a<td class=lineno>1"), "a\n");
    assert_eq!(text_of("<html><script>never closed <p>a"), "");
    assert_eq!(text_of("<html>&#0;&#xd800;&#x110000;&bogus;&lt"), "\u{fffd}\u{fffd}\u{fffd}&bogus;<\n");
}

/// Pages that would be slow or deep for a reader that builds a tree, or compares every attribute with every other.
#[test]
fn hostile_pages_take_one_pass() {
    let deep = format!("<html>{}a", "<div><table><tr><td class=lineno>1".repeat(50_000));
    assert!(text_of(&deep).ends_with("a\n"));
    let wide = format!("<html><p {}>a", (0..200_000).map(|n| format!(" a{n}=1")).collect::<String>());
    assert_eq!(text_of(&wide), "a\n");
    let ends = format!("<html>a{}", "</html><".repeat(100_000));
    assert!(text_of(&ends).starts_with('a'));
    let left = format!("<html>{}a", "<svg>".repeat(100_000));
    assert_eq!(text_of(&left), "");
}

/// Fixed seed: cut and mixed pieces of pages.
#[test]
fn no_page_panics() {
    const PIECES: &[&str] = &[
        "<html>",
        "</html>",
        "<pre>",
        "</pre>",
        "<td class=lineno>",
        "<td>",
        "</td>",
        "<tr>",
        "</table>",
        "<table>",
        "1",
        "\n",
        "a",
        "<code>",
        "</code>",
        "<br>",
        "&lt;",
        "&#",
        "\u{a0}",
        "<!--",
        "-->",
        "<svg",
        "/>",
        "<x y=z",
        ">",
        "ä",
        "<span class=lineno>",
        "</span>",
        "\t",
        " ",
        "<textarea>",
        "</textarea>",
        "<title>",
        "\r\n",
        "<",
        "\"",
        "'",
        "=",
    ];
    let mut state = 7_u64;
    for _ in 0..20_000 {
        let mut page = String::from("<html>");
        for _ in 0..24 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            page.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
        }
        let text = text_of(&page);
        assert!(text.len() <= 4 * page.len(), "{page}");
    }
}

#[test]
fn pages_are_read_whatever_their_encoding() {
    let page = "<html><head><meta charset=\"gb2312\"></head><pre>内核线程\n  被阻塞</pre></html>";
    let wide = page.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let chinese = encoding_rs::GBK.encode(page).0.into_owned();
    for bytes in [
        page.into(),
        chinese,
        [b"\xff\xfe".to_vec(), wide.clone()].concat(),
        wide,
        [b"\xef\xbb\xbf", page.as_bytes()].concat(),
    ] {
        let intake = read_bytes("a.txt", bytes.clone(), &Limits::default());
        let document = intake.documents.first().unwrap_or_else(|| panic!("no text in {}", bytes.escape_ascii()));
        assert_eq!((document.name.as_str(), document.text.as_str()), ("a.txt", "内核线程\n  被阻塞\n"));
        assert_eq!(document.notes[0], super::NOTE);
    }
}

#[test]
fn a_name_says_that_a_part_of_a_page_is_one() {
    let text = |name: &str, page: &str| {
        read_bytes(name, page.as_bytes().to_vec(), &Limits::default()).documents.pop().expect("a text").text
    };
    assert_eq!(text("a.html", "<div>a &lt;b&gt;<br>c</div>"), "a <b>\nc\n");
    assert_eq!(text("a.txt", "<div>a &lt;b&gt;<br>c</div>"), "<div>a &lt;b&gt;<br>c</div>");
    assert_eq!(text("a.HTM", "[<ffffffff81>] x"), "[<ffffffff81>] x");
    assert_eq!(text("a.htm", "<ffffffff81> x"), "<ffffffff81> x");
}

#[test]
fn a_page_without_text_is_empty() {
    let intake = read_bytes("a.html", b"<html><script>x</script><img src=x></html>".to_vec(), &Limits::default());
    assert!(
        matches!(intake.problems.as_slice(), [Problem::Empty { name }] if name == "a.html"),
        "{:?}",
        intake.problems
    );
}
