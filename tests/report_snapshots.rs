//! Reports of the five articles and of ten captures in every format, as they are read: each change of a word is seen in
//! review. `INSTA_UPDATE=always cargo test --test tests report_snapshots` accepts what has changed.

use crate::corpus::inputs;
use crate::program::run;
use regex::Regex;
use stacklore::reports::FORMATS;
use std::path::Path;

const CASES: [&str; 15] = [
    "seeds/fuse-pidns",
    "seeds/hung-task-flush-work",
    "seeds/netlink-warnd",
    "seeds/rmmod-ttm-mutex",
    "seeds/solaris-aggr-rwlock",
    "captures/k-work-self-mutex",
    "captures/k-netlink",
    "captures/u-mutex-cycle3",
    "captures/j-monitor-abba",
    "captures/u-healthy-server",
    "captures/g-chan-under-lock",
    "captures/k-mutex-abba-lockdep",
    "captures/k-fuse",
    "captures/p-lock-abba",
    "captures/u-rw-upgrade",
];

fn report(case: &str, format: &str) -> String {
    let inputs = inputs(&Path::new("corpus").join(case));
    let mut arguments = vec!["diagnose", "--format", format];
    arguments.extend(inputs.iter().map(|path| path.to_str().expect("the corpus has plain names")));
    let outcome = run(&arguments, b"");
    assert_eq!(outcome.status, 0, "{case}: {}", outcome.err);
    outcome.out
}

/// Without what changes with every release and every rule, and without what other tests look at: the style sheet, the
/// script, and lines of a text that nothing is said of.
fn steady(report: &str) -> String {
    let rules = [
        (r#""rules":\d+,"rules_hash":"[0-9a-f]*""#, r#""rules":0,"rules_hash":"""#),
        (r"stacklore \d+\.\d+\.\d+(, \d+ rules)?", "stacklore VERSION"),
        (r#""(version|semanticVersion)":"\d+\.\d+\.\d+""#, r#""$1":"VERSION""#),
        (r"(?s)<style>.*?</style>", "<style>…</style>"),
        (r"(?s)<script>.*?</script>", "<script>…</script>"),
        (r"'sha256-[^']*'", "'sha256-…'"),
        (r"(?m)^(<pre>)?<i>\d+</i>.*\n", "$1"),
    ];
    rules.iter().fold(report.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).expect("the pattern is sound").replace_all(&text, *with).into_owned()
    })
}

#[test]
fn reports_read_as_they_were_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for case in CASES {
        let name = case.rsplit('/').next().unwrap_or(case);
        settings.set_snapshot_path(Path::new("snapshots").join(name));
        settings.bind(|| {
            for format in FORMATS {
                let once = report(case, format.id());
                assert!(once == report(case, format.id()), "{case} as {} is not the same twice", format.id());
                let text = if format.id() == "json" { pretty(&once) } else { once };
                insta::assert_snapshot!(format.id(), steady(&text));
            }
        });
    }
}

/// JSON that can be compared line by line.
fn pretty(json: &str) -> String {
    // One row of a list on one line: short enough to be read, long enough not to fill screens.
    json.replace("},{", "},\n{").replace(",\"", ",\n\"").replace(",\n\"offset\"", ",\"offset\"")
}
