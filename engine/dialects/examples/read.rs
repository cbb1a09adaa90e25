//! Prints what the dialects read of a file: `read diagnose --format json FILE…` (the subset of the report that the
//! stacks' check needs) or `read FILE` (everything, for the eye).
#![allow(clippy::print_stdout, missing_docs)]
use serde_json::{Value, json};
use stacklore_model::{Document, Reading, SourceId, TaskKeys};

fn task(keys: &TaskKeys, name: Option<&str>) -> Value {
    json!({"tid": keys.tid, "pid": keys.pid, "number": keys.number, "address": keys.address.map(|a| format!("{a:016x}")), "name": name,
        "pthread": keys.pthread.map(|a| format!("{a:x}"))})
}

fn same(a: &TaskKeys, b: &TaskKeys) -> bool {
    (a.tid.is_some() && a.tid == b.tid)
        || (a.address.is_some() && a.address == b.address)
        || (a.session == b.session && a.number.is_some() && a.number == b.number)
}

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let as_json = args.first().is_some_and(|a| a == "diagnose");
    if as_json {
        args.drain(..3);
    }
    let readings: Vec<Reading> = args
        .iter()
        .enumerate()
        .map(|(i, path)| {
            let text = String::from_utf8_lossy(&std::fs::read(path).expect("the named file can be read")).into_owned();
            stacklore_dialects::read(SourceId(i as u32), &Document::from_text(path.clone(), text))
        })
        .collect();
    if !as_json {
        println!("{readings:#?}");
        return;
    }
    let (mut tasks, mut stacks, mut rest, mut sources) = (vec![], vec![], vec![], vec![]);
    for r in &readings {
        for s in &r.stacks {
            let sighting = r.tasks.iter().find(|t| same(&t.keys, &s.task) && t.name.is_some());
            let mut keys = s.task.clone();
            if let Some(t) = sighting {
                keys.tid = keys.tid.or(t.keys.tid);
                keys.address = keys.address.or(t.keys.address);
                keys.number = keys.number.or(t.keys.number);
            }
            let mut v = task(&keys, sighting.and_then(|t| t.name.as_deref()));
            v["id"] = json!(tasks.len());
            let frames: Vec<Value> = s.frames.iter().filter(|f| f.reliability != stacklore_model::Reliability::Printed)
                .map(|f| json!({"symbol": &*f.symbol, "offset": f.offset, "reliability": f.reliability, "line": f.span.first})).collect();
            stacks.push(json!({"task": tasks.len(), "frames": frames, "dialect": s.dialect}));
            tasks.push(v);
        }
        rest.push(json!(format!("{:x?} {:?} {:x?} {:x?} {:?}", r.locks, r.locks, r.facts, r.tasks, r.facts)));
        sources.push(json!({"dialects": r.dialects}));
    }
    println!(
        "{}",
        json!({"schema": "stacklore.report/1", "stacks": stacks, "tasks": tasks, "facts": rest, "locks": [], "sources": sources, "counts": {"stacks": stacks.len()}})
    );
}
