//! Damaged texts: what pages, mailers, terminals and tickets do to a paste, done to every text of the corpus.
//!
//! Each damage is one file of this folder. A damaged text must give the stacks that the whole text gives, or the
//! reading must tell what is missing; it must never panic, never show a frame that the text does not have, and never
//! give a task the frames of another one. What is not reached yet is in `known.txt`, which may only shrink.
//!
//! `DAMAGE=gdb/quoted cargo test -p stacklore-dialects --test damage -- --nocapture` shows what is wrong there;
//! `DAMAGE_KEEP=FOLDER` keeps those texts, `DAMAGE_TEXTS=FOLDER` takes the texts of a folder instead of the corpus.
#![allow(missing_docs, clippy::expect_used, clippy::print_stdout)]

mod blanks;
mod cut;
mod elided;
mod forms;
mod joined;
mod known;
mod marks;
mod page;
mod punctuation;
mod text;
mod together;
mod verdict;
mod wrapped;

use forms::FORMS;
use stacklore_dialects::read;
use stacklore_model::SourceId;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use text::{Damaged, Text};
use verdict::{Judged, Verdict};

/// Same, told, wrong.
type Counts = [usize; 3];
type Table = BTreeMap<(String, &'static str), Counts>;

#[test]
fn damaged_texts_give_the_same_stacks_or_say_what_is_missing() {
    let texts = text::corpus();
    let shown = std::env::var("DAMAGE").unwrap_or_default();
    let tables: Vec<Table> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let (texts, shown) = (&texts, &shown);
                scope.spawn(move || table(texts, worker, shown))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("panics of readers are caught")).collect()
    });
    let mut all = Table::new();
    for (key, counts) in tables.into_iter().flatten() {
        let sum = all.entry(key).or_default();
        (0..3).for_each(|at| sum[at] += counts[at]);
    }
    print(&all);
    known::check(&all);
}

const WORKERS: usize = 2;

fn table(texts: &[Text], worker: usize, shown: &str) -> Table {
    let mut table = Table::new();
    for (at, text) in texts.iter().enumerate().filter(|(at, _)| at % WORKERS == worker) {
        for form in FORMS.iter().filter(|form| shown.is_empty() || shown.ends_with(form.name)) {
            for damaged in (form.make)(text, texts.get(at + 1).unwrap_or(&texts[0])) {
                count(&mut table, text, form.name, &damaged, judged(&damaged, form.symbol), shown);
            }
        }
    }
    table
}

fn judged(damaged: &Damaged, symbol: fn(&str) -> String) -> Vec<Judged> {
    match catch_unwind(AssertUnwindSafe(|| read(SourceId(0), &damaged.document()))) {
        Ok(reading) => verdict::judge(damaged, &reading, symbol),
        Err(_) => vec![Judged { dialect: "panic", verdict: Verdict::Wrong, why: "a reader panics".to_owned() }],
    }
}

/// Counts the worst verdict of each dialect in the text.
fn count(table: &mut Table, text: &Text, form: &'static str, damaged: &Damaged, judged: Vec<Judged>, shown: &str) {
    let mut worst: BTreeMap<&str, (Verdict, Vec<String>)> = BTreeMap::new();
    for one in judged {
        let (verdict, whys) = worst.entry(one.dialect).or_insert((Verdict::Same, Vec::new()));
        *verdict = (*verdict).max(one.verdict);
        if one.verdict == Verdict::Wrong {
            whys.push(one.why);
        }
    }
    for (dialect, (verdict, whys)) in worst {
        table.entry((dialect.to_owned(), form)).or_default()[verdict as usize] += 1;
        let wanted = !shown.is_empty() && (shown == form || shown == format!("{dialect}/{form}"));
        if wanted && verdict == Verdict::Wrong {
            println!("--- {dialect}/{form}: {}{}", text.name, damaged.note);
            whys.iter().take(6).for_each(|why| println!("    {why}"));
            if let Ok(folder) = std::env::var("DAMAGE_KEEP") {
                let name = text.name.replace('/', "_");
                std::fs::write(format!("{folder}/{name}.{form}{}", damaged.note.trim()), damaged.document().text)
                    .expect("the folder can be written");
            }
        }
    }
}

/// Dialect × damage, with the counts of what is not the same.
fn print(table: &Table) {
    println!("{:16} {:20} {:>6} {:>6} {:>6}", "dialect", "damage", "same", "told", "wrong");
    let mut sum = [0; 3];
    for ((dialect, form), counts) in table {
        (0..3).for_each(|at| sum[at] += counts[at]);
        println!("{dialect:16} {form:20} {:>6} {:>6} {:>6}", counts[0], counts[1], counts[2]);
    }
    println!("{:16} {:20} {:>6} {:>6} {:>6}", "all", "", sum[0], sum[1], sum[2]);
}
