//! A batch that is killed at any moment leaves no half file and goes on where it was.

use super::results::{Results, column, complaint, csv, files, torn, truths};
use super::{batch, queue};
use crate::program::Folder;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often the batch is killed.
const KILLS: usize = 20;

#[test]
fn killed_twenty_times_it_ends_as_if_it_never_was() {
    let folder = Folder::new("batch-killed");
    queue(&folder, 150, 4 << 20, &["bomb-ratio", "bomb-entries", "bomb-nested"]);
    let (queue, out, whole) = (folder.path("queue"), folder.path("out"), folder.path("whole"));
    let since = Instant::now();
    assert_eq!(batch(&[&queue], &whole, &[]).status, 0);
    let took = since.elapsed();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut kills = 0;
    let mut resumed = 0;
    while kills < KILLS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        // From before its first file to well behind a third of all.
        let moment = took.mul_f64((random >> 33) as f64 / f64::from(1_u32 << 31) * 0.4);
        if kill_after(&queue, &out, moment) {
            kills += 1;
            resumed += files(&Path::new(&out).join("tickets")).len();
        } else {
            // It was faster this time: once more from the beginning.
            fs::remove_dir_all(&out).expect("it is ours");
        }
        let torn = torn(Path::new(&out));
        assert!(torn.is_empty(), "after kill {kills}: {torn:?}");
    }
    assert!(resumed > 0, "it was never killed between two tickets");
    let outcome = batch(&[&queue], &out, &["--resume"]);
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    let truths = truths(&folder.path("truth.ndjson"));
    let ids: BTreeSet<&str> = truths.iter().filter_map(|truth| truth["id"].as_str()).collect();
    let results = Results::read(&out);
    let rows = results.rows();
    let mut wrong = results.complaints(&ids);
    wrong.extend(truths.iter().filter_map(|truth| complaint(truth, rows.get(truth["id"].as_str()?)?)));
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
    let differ = differences(&without_times(&whole), &without_times(&out));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn what_has_changed_is_done_again_and_nothing_else() {
    let folder = Folder::new("batch-resumed");
    for name in ["a.txt", "b.txt", "c.txt"] {
        folder.file(&format!("queue/{name}"), "nothing of interest\n");
    }
    let (queue, out) = (folder.path("queue"), folder.path("out"));
    let resume = |options: &[&str]| {
        let outcome = batch(&[&queue], &out, &[&["--resume"], options].concat());
        assert_eq!(outcome.status, 0, "{}", outcome.err);
        let marked = Regex::new(r"(\d+) of them done before").expect("it is right");
        marked.captures(&outcome.out).map_or(0, |found| found[1].parse::<u64>().expect("digits"))
    };
    assert_eq!(resume(&[]), 0, "there is nothing to go on from");
    assert_eq!(resume(&[]), 3);
    let hang = fs::read("corpus/seeds/rmmod-ttm-mutex/input.txt").expect("the seed is there");
    folder.file("queue/b.txt", hang);
    assert_eq!(resume(&[]), 2);
    assert_eq!(Results::read(&out).row("b.txt")["verdict"], "hang");
    folder.file("queue/d.txt", "new\n");
    assert_eq!(resume(&[]), 3);
    fs::remove_file(folder.path("queue/a.txt")).expect("it is ours");
    assert_eq!(resume(&[]), 3);
    let results = Results::read(&out);
    assert!(results.complaints(&BTreeSet::from(["b.txt", "c.txt", "d.txt"])).is_empty());
    // Another answer may come of other options or rules.
    assert_eq!(resume(&["--min-certainty", "proven"]), 0);
    assert_eq!(resume(&["--min-certainty", "proven"]), 3);
    let rule = "id: of-this-house\ntitle: A rule of this house\nclass: starvation\nseverity: major\nsystems: [linux]\n\
                evidence:\n  seen:\n    task: $task\n    stack: [house_function]\n    says: \"Seen.\"\nconclude:\n  \
                possible: [seen]\nexplain: |\n  Nothing.\nconfirm:\n  - Look.\ntests: {finds: {a: possible}, leaves: [b]}\n";
    folder.file("rules/house/of-this-house.yaml", rule);
    let rules = folder.path("rules");
    assert_eq!(resume(&["--rules", &rules]), 0);
    assert_eq!(resume(&["--rules", &rules]), 3);
    // A state that cannot be read is none.
    let states = files(&Path::new(&out).join(".stacklore/tickets"));
    fs::write(&states[0], "{").expect("it is ours");
    assert_eq!(resume(&["--rules", &rules]), 2);
    fs::remove_file(Path::new(&out).join("tickets/c.txt.html")).expect("it is ours");
    assert_eq!(resume(&["--rules", &rules]), 2);
}

#[test]
fn without_resume_all_is_done_again_and_what_is_gone_goes() {
    let folder = Folder::new("batch-again");
    folder.file("queue/a.txt", "nothing of interest\n");
    folder.file("queue/b.txt", "nothing of interest\n");
    let (queue, out) = (folder.path("queue"), folder.path("out"));
    assert_eq!(batch(&[&queue], &out, &[]).status, 0);
    fs::remove_file(folder.path("queue/a.txt")).expect("it is ours");
    let outcome = batch(&[&queue], &out, &[]);
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    assert!(!outcome.out.contains("done before"), "{}", outcome.out);
    let complaints = Results::read(&out).complaints(&BTreeSet::from(["b.txt"]));
    assert!(complaints.is_empty(), "{complaints:?}");
}

/// Runs a batch and kills it after a time; `false` where it had ended by itself.
fn kill_after(queue: &str, out: &str, moment: Duration) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stacklore"))
        .args(["batch", "--resume", "--out", out, queue])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program was built with the tests");
    std::thread::sleep(moment);
    if child.try_wait().expect("it is our child").is_some() {
        return false;
    }
    // SIGKILL: nothing in it can react.
    let _ = child.kill();
    !child.wait().expect("it is our child").success()
}

/// The files of a batch by their places, but for what differs from run to run: how long something took.
pub(super) fn without_times(out: &str) -> BTreeMap<String, String> {
    let root = Path::new(out);
    let json = Regex::new(r#""milliseconds":\s*\d+"#).expect("it is right");
    // A row of the index: … milliseconds, cluster, problem.
    let index = Regex::new(r"(?m),\d+(,-?\d+,-?\d+\](?:,|\]\})?)$").expect("it is right");
    let mut texts = BTreeMap::new();
    for path in files(root) {
        let place = path.strip_prefix(root).expect("it is below it").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("it is UTF-8");
        let text = match place.as_str() {
            state if state.starts_with(".stacklore") => continue,
            "index.html" => index.replace_all(&text, "$1").into_owned(),
            "tickets.csv" => {
                let mut rows = csv(&text);
                let at = column(&rows, "milliseconds");
                rows.iter_mut().for_each(|row| row[at].clear());
                format!("{rows:?}")
            }
            _ => json.replace_all(&text, "").into_owned(),
        };
        texts.insert(place, text);
    }
    texts
}

/// Where two runs differ: the first line of each file that does.
pub(super) fn differences(left: &BTreeMap<String, String>, right: &BTreeMap<String, String>) -> Vec<String> {
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differing = names.into_iter().filter(|name| left.get(*name) != right.get(*name));
    differing
        .map(|name| match (left.get(name), right.get(name)) {
            (Some(one), Some(other)) => {
                let lines = one.lines().zip(other.lines()).find(|(one, other)| one != other);
                let short = |text: &str| text.chars().take(300).collect::<String>();
                format!("{name}: {:?}", lines.map(|(one, other)| (short(one), short(other))))
            }
            (one, _) => format!("{name}: only in the {} one", if one.is_some() { "first" } else { "second" }),
        })
        .collect()
}
