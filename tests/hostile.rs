//! Damaged texts: whatever is cut, shuffled or repeated, there is a valid report.

use crate::corpus;
use proptest::prelude::*;
use stacklore::reports::{self, Layout};
use stacklore::{Document, Engine, Options};
use std::fs;
use std::sync::LazyLock;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().expect("the embedded rules are sound"));

/// Texts to damage: small ones of the corpus, and one that is always there.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let files = corpus::cases().into_iter().flat_map(|case| corpus::inputs(&case));
    let small = files.filter(|path| fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() < 40_000));
    let mut texts: Vec<String> = small.filter_map(|path| fs::read_to_string(path).ok()).take(60).collect();
    texts.push(SAMPLE.to_owned());
    texts
});

const SAMPLE: &str = "\
[ 363.1] INFO: task cp:812 blocked for more than 120 seconds.
[ 363.1] task:cp              state:D stack:    0 pid:  812 ppid:   700 flags:0x00000002
[ 363.1] Call Trace:
[ 363.1]  __schedule+0x2d0/0x870
[ 363.1]  schedule+0x46/0xf0
[ 363.1]  schedule_preempt_disabled+0xa/0x10
[ 363.1]  __mutex_lock.constprop.0+0x2f0/0x6c0
[ 363.1]  example_commit+0x55/0x90 [example]
[ 363.1]  ? __pfx_kthread+0x10/0x10
";

#[derive(Clone, Debug)]
enum Damage {
    CutAt(usize),
    DropLine(usize),
    RepeatLine(usize, usize),
    SwapLines(usize, usize),
    JoinLines(usize),
    Insert(usize, String),
    Strip(char),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = || any::<usize>();
    prop_oneof![
        at().prop_map(Damage::CutAt),
        at().prop_map(Damage::DropLine),
        (at(), 1..200_usize).prop_map(|(line, times)| Damage::RepeatLine(line, times)),
        (at(), at()).prop_map(|(a, b)| Damage::SwapLines(a, b)),
        at().prop_map(Damage::JoinLines),
        (at(), "\\PC{0,12}|[\u{0}-\u{1f}]{1,4}|[\\[\\](){}<>+:/*#\"]{1,30}")
            .prop_map(|(at, text)| Damage::Insert(at, text)),
        prop_oneof![Just('+'), Just('['), Just(' '), Just('\n'), Just(':')].prop_map(Damage::Strip),
    ]
}

fn damaged(text: &str, damages: &[Damage]) -> String {
    damages.iter().fold(text.to_owned(), |text, damage| apply(&text, damage))
}

fn apply(text: &str, damage: &Damage) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    let count = lines.len();
    match damage {
        Damage::CutAt(at) => return text[..boundary(text, *at)].to_owned(),
        Damage::Insert(at, piece) => {
            let (head, tail) = text.split_at(boundary(text, *at));
            return format!("{head}{piece}{tail}");
        }
        Damage::Strip(c) => return text.replace(*c, ""),
        Damage::JoinLines(at) => {
            let at = at % count;
            return format!("{}{}", lines[..at].join("\n"), lines[at..].join("\n"));
        }
        Damage::DropLine(at) => drop(lines.remove(at % count)),
        Damage::RepeatLine(at, times) => {
            let line = lines[at % count];
            lines.splice(at % count..at % count, std::iter::repeat_n(line, *times));
        }
        Damage::SwapLines(a, b) => lines.swap(a % count, b % count),
    }
    lines.join("\n")
}

fn boundary(text: &str, at: usize) -> usize {
    let at = at % (text.len() + 1);
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A report in both forms: valid JSON whose places exist, text without control characters.
fn check(text: &str) {
    let lines = text.split('\n').count() as u64;
    let report = ENGINE.diagnose("damaged", vec![Document::from_text("damaged.txt", text)], &Options::default());
    let mut json = Vec::new();
    let mut plain = Vec::new();
    for (id, out) in [("json", &mut json), ("text", &mut plain)] {
        let format = reports::format(id).expect("the format exists");
        format.report(&report, &Layout::default(), out).expect("memory takes everything");
    }
    let json: serde_json::Value = serde_json::from_slice(&json).expect("the report is JSON");
    for list in ["stacks", "unclear", "facts"] {
        for row in json[list].as_array().expect("it is a list") {
            let line = row["first_line"].as_u64().or(row["line"].as_u64()).expect("it has a place");
            assert!((1..=lines).contains(&line), "{list}: line {line} of {lines}: {row}");
        }
    }
    let plain = String::from_utf8(plain).expect("the report is UTF-8");
    assert!(!plain.contains(|c: char| c != '\n' && c.is_control()), "{plain:?}");
    // A report may quote the text many times, but not without bounds.
    assert!(plain.len() < 200_000 + 20 * text.len(), "{} bytes of report on {} bytes", plain.len(), text.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_texts_give_a_valid_report(
        index in any::<prop::sample::Index>(),
        damages in prop::collection::vec(damage(), 1..6),
    ) {
        check(&damaged(&TEXTS[index.index(TEXTS.len())], &damages));
    }

    #[test]
    fn anything_gives_a_valid_report(text in "(\\PC|[\\s\u{0}-\u{1f}]){0,400}") {
        check(&text);
    }

    #[test]
    fn mixed_texts_give_a_valid_report(picks in prop::collection::vec((any::<prop::sample::Index>(), any::<usize>(), any::<usize>()), 1..5)) {
        let pieces: Vec<&str> = picks.iter().map(|(index, from, to)| {
            let text = TEXTS[index.index(TEXTS.len())].as_str();
            let (from, to) = (boundary(text, *from), boundary(text, *to));
            &text[from.min(to)..from.max(to)]
        }).collect();
        check(&pieces.concat());
    }
}
