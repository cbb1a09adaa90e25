//! Readings built by hand.

use stacklore_model::*;
use stacklore_reason::identity::unite;
use stacklore_reason::objects::Objects;

/// A reading of one document, item by item.
pub(crate) struct Text(pub(crate) Reading);

impl Text {
    pub(crate) fn new(source: u32) -> Self {
        Text(Reading { source: SourceId(source), ..Reading::default() })
    }

    fn span(&self, line: u32) -> Span {
        Span::line(self.0.source, line)
    }

    pub(crate) fn task(self, line: u32, keys: TaskKeys, name: &str) -> Self {
        let name = (!name.is_empty()).then(|| name.into());
        self.sighting(line, TaskSighting { keys, name, ..TaskSighting::default() })
    }

    pub(crate) fn sighting(mut self, line: u32, sighting: TaskSighting) -> Self {
        let span = self.span(line);
        self.0.tasks.push(TaskSighting { span, ..sighting });
        self
    }

    pub(crate) fn stack(mut self, line: u32, task: TaskKeys, system: System, symbols: &[&str]) -> Self {
        let span = Span { last: line + symbols.len() as u32, ..self.span(line) };
        let frames = symbols.iter().map(|symbol| Frame::new((*symbol).into(), span)).collect();
        let dialect = if system == System::User { "gdb" } else { "crash" };
        self.0.stacks.push(StackSighting {
            task,
            dialect,
            system,
            kind: StackKind::Backtrace,
            frames,
            registers: Vec::new(),
            span,
            cut: false,
            running: false,
            time: None,
        });
        self
    }

    pub(crate) fn process(mut self, line: u32, sighting: ProcessSighting) -> Self {
        let span = self.span(line);
        self.0.processes.push(ProcessSighting { span, ..sighting });
        self
    }

    pub(crate) fn lock(mut self, line: u32, object: ObjectKey, kind: &str, size: u64) -> Self {
        let span = self.span(line);
        let kind = (!kind.is_empty()).then(|| kind.into());
        self.0.locks.push(LockSighting {
            object,
            kind,
            size,
            holders: Vec::new(),
            waiters: Vec::new(),
            anonymous_readers: None,
            write_wanted: None,
            free: None,
            span,
        });
        self
    }

    /// Adds a holder to the last lock.
    pub(crate) fn held_by(mut self, task: TaskKeys, mode: Option<Mode>, known: Known) -> Self {
        let lock = self.0.locks.last_mut().unwrap();
        lock.holders.push(LockHolder { task, mode, known, from: HoldSource::Owner, span: lock.span });
        self
    }

    /// Says of the last lock whether it is free.
    pub(crate) fn free(mut self, free: bool) -> Self {
        self.0.locks.last_mut().unwrap().free = Some(free);
        self
    }

    pub(crate) fn fact(mut self, line: u32, relation: &'static str, fields: Vec<(&'static str, Value)>) -> Self {
        let span = self.span(line);
        self.0.facts.push(Fact { relation, fields, span });
        self
    }

    pub(crate) fn listing(mut self, line: u32, of: ListingOf) -> Self {
        let span = self.span(line);
        self.0.listings.push(Listing { of, stacks: true, span });
        self
    }
}

pub(crate) fn case<const N: usize>(texts: [Text; N]) -> Case {
    with_objects(texts).0
}

pub(crate) fn with_objects<const N: usize>(texts: [Text; N]) -> (Case, Objects) {
    let documents = (0..N).map(|n| Document::from_text(format!("text-{n}"), "")).collect();
    unite(documents, texts.into_iter().map(|text| text.0).collect())
}

pub(crate) fn tid(tid: u32) -> TaskKeys {
    TaskKeys::tid(tid)
}

pub(crate) fn number(number: u64, session: u32) -> TaskKeys {
    TaskKeys { number: Some(number), session: SessionId(session), ..TaskKeys::default() }
}

pub(crate) fn gdb(number: u64, pthread: u64, lwp: u32) -> TaskKeys {
    TaskKeys { number: Some(number), pthread: Some(pthread), tid: Some(lwp), ..TaskKeys::default() }
}

pub(crate) fn pthread(pthread: u64) -> TaskKeys {
    TaskKeys { pthread: Some(pthread), ..TaskKeys::default() }
}

pub(crate) fn kernel(tid: u32, address: u64) -> TaskKeys {
    TaskKeys { tid: Some(tid), address: Some(address), ..TaskKeys::default() }
}

pub(crate) fn only_name(name: &str) -> TaskKeys {
    TaskKeys { unique_name: Some(name.into()), ..TaskKeys::default() }
}

/// Two kernel addresses of tasks.
pub(crate) const A: u64 = 0xffff_8800_0000_1000;
pub(crate) const B: u64 = 0xffff_8800_0000_2000;
