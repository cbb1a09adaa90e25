//! The waits by the sentences of the rule language, over cases made by hand.

use super::classify;
use crate::analysis::{Analysis, NO_STACK};
use crate::objects::Objects;
use crate::vocabulary::{Vocabulary, YamlSource};
use stacklore_model::{
    Argument, Case, CaseStack, FactRow, Frame, HoldSource, Known, Listing, ListingOf, Lock, LockHold, LockWaiter, Mode,
    ObjectId, ProcessId, Register, Reliability, Row, SessionId, SourceId, Span, StackKind, System, Task, TaskId,
    TaskState,
};

const VOCABULARY: &[&str] = &[
    "
kinds:
  mutex:        {groups: [lock], needs: x}
  ww-mutex:     {groups: [lock], needs: x}
  rwlock:       {groups: [lock], needs: x, fair: yes}
  spinlock:     {groups: [lock], needs: x}
  once:         {groups: [lock], needs: x}
  completion:   {groups: [signal], needs: x}
  condvar:      {groups: [signal], needs: x}
  work:         {groups: [work], needs: x}
  netlink-send: {groups: [send], needs: x}
  socket-send:  {groups: [send], needs: x}
  monitor:      {groups: [lock], needs: x}
  join:         {groups: [end], needs: x}
  child-exit:   {groups: [end], needs: x}
  io:           {groups: [io], needs: x}
  futex:        {groups: [], needs: x, untyped: yes}
",
    "
system: linux
suffixes: [.constprop.*]
aliases: {flush_work: [__flush_work]}
plumbing: [__schedule, schedule, do_syscall_64, kthread]
hidden: {dialects: [proc-stack], functions: [__schedule, schedule*, mutex_lock*, __mutex_lock*, ww_mutex*, wait_for_completion*]}
waits:
  - {kind: mutex, functions: [__mutex_lock*, mutex_lock*], mode: write, object: {crash: arg 1}}
  - {kind: ww-mutex, functions: ww_mutex_lock*, mode: write}
  - {kind: ww-mutex, functions: ttm_reserve, over: ww-mutex, mode: write}
  - {kind: mutex, functions: rtnl_taker, over: mutex, lock: rtnl_mutex, mode: write}
  - {kind: spinlock, functions: spin_slowpath, mode: write, object: {dmesg: rdi}}
  - {kind: completion, functions: [wait_for_completion*]}
  - {kind: work, functions: [flush_work, cancel_work], over: [completion, work]}
  - {kind: netlink-send, functions: netlink_attachskb}
  - {kind: child-exit, functions: [do_wait, kernel_wait4]}
  - {kind: io, functions: [io_wait]}
  - {kind: io, functions: [cv_wait_io], over: condvar}
  - {kind: condvar, functions: [cv_wait*]}
  - {kind: futex, functions: [futex_wait]}
holds:
  - {functions: process_one_work, kind: work}
  - {functions: unregister_many, lock: rtnl_mutex, mode: write}
idle:
  - {name: 'kworker/*', stack: [^worker_thread$]}
  - {name: 'swapper/*', stack: [do_idle]}
  - {stack: [^do_wait, kernel_wait4], without: [zap_ns]}
  - {stack: [^schedule_hrtimeout, idle_loop]}
names: ['/^kworker\\/(?<bound_cpu>\\d+):/', '/^jbd2\\/(?<device>.+)-\\d+$/']
sizes: {mutex: 24}
",
    "
system: user
aliases: {'*': [__GI_*], pthread_mutex_lock: [___pthread_mutex_lock]}
plumbing: [futex_wait_inner, start_thread, clone]
waits:
  - {kind: mutex, functions: lll_lock_wait, over: futex, mode: write, object: {gdb: futex}}
  - {kind: mutex, functions: pthread_mutex_lock, over: [mutex, futex], mode: write, object: {gdb: [mutex, futex_word]}}
  - {kind: rwlock, functions: pthread_rwlock_wrlock, over: futex, mode: write, object: {gdb: [rwlock, futex_word - 8]}}
  - {kind: join, functions: pthread_join, over: futex, object: {gdb: expected -> tid}}
  - {kind: child-exit, functions: waitpid, object: {gdb: pid -> pid}}
  - {kind: socket-send, functions: sendmsg}
  - {kind: condvar, functions: pthread_cond_wait, over: futex, object: {gdb: cond}}
  - {kind: once, functions: pthread_once, over: futex, object: {gdb: control}}
holds:
  - {functions: pthread_once, kind: once, object: {gdb: control}}
idle:
  - {stack: [^pthread_cond_wait, '*queue*|*pop*']}
names: ['/^(?<pool>.*\\D)\\d+$/']
sizes: {mutex: 40, rwlock: 56}
",
    "
system: illumos
plumbing: [swtch]
waits:
  - {kind: mutex, functions: turnstile_block, object: {mdb: arg 3}}
  - {kind: rwlock, functions: rw_enter_sleep, over: mutex, mode: {mdb: {arg 2: {0: write, 1: read}}}, object: {mdb: arg 1}}
holds:
  - {functions: mac_rx, kind: rwlock, mode: read}
",
    "
system: go
plumbing: [runtime.gopark, runtime.semacquire1, '[semacquire]']
waits:
  - {kind: mutex, functions: '*sync.(*Mutex).Lock', mode: write, object: {go: arg 1}}
  - {kind: rwlock, functions: sync.(*RWMutex).RLock, mode: read, object: {go: [arg 1, runtime.semacquire1 arg 1 - 12]}}
idle:
  - {stack: ['^[GC worker (idle)]']}
",
    "
system: java
waits:
  - {kind: monitor, functions: '[waiting to lock]', mode: write, object: {java: waiting}}
idle:
  - {name: Signal Dispatcher, stack: []}
",
];

fn vocabulary() -> Vocabulary {
    let source = |text: &&str| YamlSource { path: "test.yaml".to_owned(), text: (*text).to_owned() };
    Vocabulary::from_sources(&VOCABULARY.iter().map(source).collect::<Vec<_>>()).expect("the vocabulary loads")
}

/// A frame as `function(argument, name=argument) @module`; `?function` is unsure, `!function` a register's.
fn frame(text: &str, line: u32) -> Frame {
    let (text, module) = text.split_once(" @").map_or((text, None), |(text, module)| (text, Some(module)));
    let (text, arguments) = match text.rsplit_once('<') {
        Some((text, arguments)) => (text, arguments.trim_end_matches('>')),
        None => (text, ""),
    };
    let (reliability, symbol) = match (text.as_bytes().first(), text) {
        (Some(b'?'), _) if text != "??" => (Reliability::Unsure, &text[1..]),
        (Some(b'!'), _) => (Reliability::Register, &text[1..]),
        (Some(b'['), _) => (Reliability::Printed, text),
        _ => (Reliability::Exact, text),
    };
    let argument = |text: &str| {
        let (name, value) = text.split_once('=').map_or((None, text), |(name, value)| (Some(name), value));
        let number = u64::from_str_radix(value.trim_end_matches('?').trim_start_matches("0x"), 16).ok();
        Argument { name: name.map(Into::into), text: value.into(), number, symbol: None, symbol_offset: 0 }
    };
    let mut frame = Frame::new(symbol.into(), Span::line(SourceId(0), line));
    frame.module = module.map(Into::into);
    frame.arguments = arguments.split(' ').filter(|text| !text.is_empty()).map(argument).collect();
    frame.reliability = reliability;
    frame
}

/// A case under construction.
#[derive(Default)]
struct Build {
    case: Case,
    line: u32,
}

impl Build {
    fn task(&mut self, name: &str, tid: u32, state: Option<TaskState>) -> TaskId {
        let span = Span::line(SourceId(0), self.line);
        self.case.tasks.push(Task {
            name: Some(name.into()),
            tid: Some(tid),
            state,
            sightings: vec![span],
            ..Task::default()
        });
        TaskId(u32::try_from(self.case.tasks.len()).expect("few tasks") - 1)
    }

    fn stack(&mut self, task: TaskId, dialect: &'static str, frames: &[&str]) -> &mut CaseStack {
        let system = match dialect {
            "gdb" => System::User,
            "mdb" => System::Illumos,
            "go" => System::Go,
            "java" => System::Java,
            _ => System::Linux,
        };
        self.line += 10;
        let first = self.line;
        let frames: Vec<Frame> = frames
            .iter()
            .map(|text| {
                self.line += 1;
                frame(text, self.line)
            })
            .collect();
        let id = stacklore_model::StackId(u32::try_from(self.case.stacks.len()).expect("few stacks"));
        self.case.tasks[task.0 as usize].stacks.push(id);
        self.case.stacks.push(CaseStack {
            task,
            dialect,
            system,
            session: SessionId(0),
            kind: StackKind::Backtrace,
            frames,
            registers: Vec::new(),
            span: Span { source: SourceId(0), first, last: self.line },
            again: Vec::new(),
            cut: false,
            running: false,
            time: None,
        });
        self.case.stacks.last_mut().expect("just added")
    }

    fn lock(&mut self, kind: &str, address: u64) -> &mut Lock {
        self.case.objects.push(Lock { kind: Some(kind.into()), address: Some(address), ..Lock::default() });
        self.case.objects.last_mut().expect("just added")
    }

    fn word(&mut self, task: TaskId, object: ObjectId, frame: Option<&str>) {
        let mut fields = vec![("task", Row::Task(task)), ("object", Row::Object(object))];
        fields.extend(frame.map(|frame| ("frame", Row::Text(frame.into()))));
        self.case.facts.push(FactRow { relation: "stack_word", fields, span: Span::default() });
    }

    fn classify(self) -> Analysis {
        classify(self.case, Objects::default(), &vocabulary())
    }
}

fn kind(analysis: &Analysis, task: TaskId) -> Option<(String, Known)> {
    let vocabulary = vocabulary();
    analysis.wait(task).map(|wait| (vocabulary.kind_name(wait.kind).to_owned(), wait.known))
}

fn holder(task: TaskId, mode: Option<Mode>, from: HoldSource, line: u32) -> LockHold {
    LockHold { task, mode, known: Known::Observed, from, span: Span::line(SourceId(0), line) }
}

fn waiter(task: TaskId, mode: Option<Mode>) -> LockWaiter {
    LockWaiter { task, mode, span: Span::line(SourceId(0), 900) }
}

/// Dialect, frames from the innermost outward, kind and how it is known.
type Row1<'a> = (&'static str, &'a [&'a str], Option<(&'a str, Known)>);

#[test]
fn the_innermost_frames_give_the_kind() {
    let (observed, inferred) = (Known::Observed, Known::Inferred);
    let rows: &[Row1] = &[
        ("dmesg", &["__schedule", "schedule", "__mutex_lock.constprop.0", "driver"], Some(("mutex", observed))),
        ("dmesg", &["schedule", "wait_for_completion", "__flush_work", "x"], Some(("work", observed))),
        ("dmesg", &["schedule", "wait_for_completion", "flush_work", "cancel_work"], Some(("work", observed))),
        ("dmesg", &["schedule", "wait_for_completion", "x", "flush_work"], Some(("completion", observed))),
        ("dmesg", &["schedule", "driver", "__mutex_lock"], None),
        ("dmesg", &["?driver", "schedule", "?driver", "__mutex_lock"], Some(("mutex", observed))),
        ("dmesg", &["schedule", "cv_wait_common", "cv_wait_io"], Some(("io", observed))),
        ("proc-stack", &["flush_work", "x"], Some(("work", inferred))),
        ("proc-stack", &["ttm_reserve", "x"], Some(("ww-mutex", inferred))),
        ("proc-stack", &["netlink_attachskb", "x"], Some(("netlink-send", observed))),
        ("proc-stack", &["cv_wait_io"], Some(("io", observed))),
        ("gdb", &["??  @libc", "pthread_rwlock_wrlock @libc", "??"], Some(("rwlock", inferred))),
        ("gdb", &["?? @libc", "?? @libc", "pthread_rwlock_wrlock @libc"], Some(("rwlock", inferred))),
        ("gdb", &["??", "pthread_rwlock_wrlock"], None),
        ("gdb", &["__GI_sendmsg", "?? @libc", "start_thread @libc"], Some(("socket-send", observed))),
        ("gdb", &["futex_wait_inner", "lll_lock_wait", "___pthread_mutex_lock"], Some(("mutex", observed))),
    ];
    for (dialect, frames, expected) in rows {
        let frames: Vec<String> = frames.iter().map(|frame| frame.replace("  @", " @")).collect();
        let frames: Vec<&str> = frames.iter().map(String::as_str).collect();
        let mut build = Build::default();
        let task = build.task("t", 1, None);
        build.stack(task, dialect, &frames);
        let found = kind(&build.classify(), task);
        assert_eq!(found, expected.map(|(kind, known)| (kind.to_owned(), known)), "{dialect}: {frames:?}");
    }
}

#[test]
fn a_running_task_waits_only_where_it_spins() {
    let mut build = Build::default();
    let spins = build.task("spins", 1, Some(TaskState::Running));
    let stack = build.stack(spins, "dmesg", &["watchdog", "!spin_slowpath", "driver"]);
    stack.running = true;
    stack.registers.push(Register { name: "rdi".into(), value: 0xffff_8000_0000_1000, span: Span::default() });
    let works = build.task("works", 2, Some(TaskState::Running));
    build.stack(works, "dmesg", &["!netlink_attachskb", "x"]).running = true;
    let woken = build.task("woken", 3, Some(TaskState::Running));
    build.stack(woken, "dmesg", &["schedule", "__mutex_lock"]);
    let analysis = build.classify();
    assert_eq!(kind(&analysis, spins), Some(("spinlock".to_owned(), Known::Observed)));
    assert!(analysis.activity(spins).on_cpu && analysis.activity(works).on_cpu);
    let object = analysis.wait(spins).and_then(|wait| wait.object).expect("read from the register");
    assert_eq!(object.1, Known::Inferred);
    assert_eq!(kind(&analysis, works), None);
    assert_eq!(kind(&analysis, woken), Some(("mutex".to_owned(), Known::Observed)));
    assert!(!analysis.activity(woken).on_cpu);
}

#[test]
fn objects_and_modes_stand_where_the_vocabulary_says() {
    // dialect, frames, address of the object, mode
    type Case1<'a> = (&'static str, &'a [&'a str], Option<u64>, Option<Mode>);
    let rows: &[Case1] = &[
        (
            "mdb",
            &["swtch", "turnstile_block<0 0 ff93000 1>", "rw_enter_sleep<ff93000 0>"],
            Some(0xff9_3000),
            Some(Mode::Write),
        ),
        ("mdb", &["turnstile_block<0 1 ff85000>", "rw_enter_sleep<ff85000 1>"], Some(0xff8_5000), Some(Mode::Read)),
        ("mdb", &["turnstile_block<0 0 ff93000>", "other"], Some(0xff9_3000), None),
        (
            "gdb",
            &["lll_lock_wait<futex=55d000>", "pthread_mutex_lock<mutex=55d000>"],
            Some(0x55_d000),
            Some(Mode::Write),
        ),
        ("gdb", &["futex_wait_inner<futex_word=7f0048>", "pthread_rwlock_wrlock"], Some(0x7f_0040), Some(Mode::Write)),
        ("gdb", &["pthread_rwlock_wrlock<rwlock=optimized>"], None, Some(Mode::Write)),
        (
            "go",
            &["[semacquire]", "runtime.semacquire1<0xc00001000c>", "sync.(*RWMutex).RLock<0xc000099999?>"],
            Some(0xc0_0001_0000),
            Some(Mode::Read),
        ),
        ("go", &["runtime.gopark", "sync.(*Mutex).Lock<0xc00001a310>"], Some(0xc0_0001_a310), Some(Mode::Write)),
        ("java", &["[waiting to lock]<waiting=ffd1b510>", "Account.move"], Some(0xffd1_b510), Some(Mode::Write)),
    ];
    for (dialect, frames, address, mode) in rows {
        let mut build = Build::default();
        let task = build.task("t", 1, None);
        build.stack(task, dialect, frames);
        let analysis = build.classify();
        let wait = analysis.wait(task).unwrap_or_else(|| panic!("{frames:?} is a wait"));
        let object = wait.object.map(|(object, known)| (analysis.case.object(object).address, known));
        assert_eq!(object, address.map(|address| (Some(address), Known::Observed)), "{frames:?}");
        assert_eq!(wait.mode, *mode, "{frames:?}");
    }
}

#[test]
fn a_global_lock_is_sure_where_the_lock_function_and_its_taker_are_printed() {
    for (dialect, frames, expected) in [
        ("dmesg", &["schedule", "__mutex_lock", "rtnl_taker"][..], Known::Observed),
        ("proc-stack", &["rtnl_taker"][..], Known::Inferred),
    ] {
        let mut build = Build::default();
        let task = build.task("t", 1, None);
        build.stack(task, dialect, frames);
        let holds = build.task("h", 2, None);
        build.stack(holds, "dmesg", &["schedule", "wait_for_completion", "unregister_many"]);
        let analysis = build.classify();
        let (object, known) = analysis.wait(task).and_then(|wait| wait.object).expect("the global lock");
        assert_eq!(analysis.case.object(object).name.as_deref(), Some("rtnl_mutex"));
        assert_eq!(known, expected, "{dialect}");
        let hold = analysis.holds.iter().find(|hold| hold.task == holds).expect("a frame holds it");
        assert_eq!((hold.object, hold.known, hold.from), (Some(object), Known::Inferred, HoldSource::Frame));
    }
}

#[test]
fn a_joined_thread_and_a_child_are_awaited_by_identity() {
    let mut build = Build::default();
    let joiner = build.task("main", 10, None);
    build.stack(joiner, "gdb", &["futex_wait_inner<expected=0xb>", "pthread_join"]);
    let joined = build.task("worker", 11, None);
    let parent = build.task("parent", 12, None);
    build.stack(parent, "gdb", &["waitpid<pid=0x63>"]);
    let any = build.task("any", 13, None);
    build.stack(any, "gdb", &["waitpid<pid=ffffffffffffffff>"]);
    let lost = build.task("lost", 14, None);
    build.stack(lost, "gdb", &["futex_wait_inner<expected=0x4d>", "pthread_join"]);
    for task in &mut build.case.tasks {
        task.process = Some(ProcessId(0));
    }
    build.case.processes.push(stacklore_model::Process { pid: Some(10), ..Default::default() });
    let listing = Listing { of: ListingOf::ThreadsOf(10), stacks: true, span: Span::line(SourceId(0), 7) };
    build.case.listings.push((SourceId(0), listing));
    let analysis = build.classify();
    assert_eq!(analysis.wait(joiner).and_then(|wait| wait.awaited_task), Some(joined));
    let child = analysis.wait(parent).and_then(|wait| wait.awaited_process).expect("the child");
    assert_eq!(analysis.case.process(child).pid, Some(99));
    assert_eq!(analysis.wait(any).and_then(|wait| wait.awaited_process), None);
    let gone = analysis.wait(lost).and_then(|wait| wait.awaited_task).expect("named by its id");
    assert_eq!(analysis.activity(gone).listed, Some(false), "the listing of all threads lacks it");
    assert_eq!(analysis.activity(gone).listed_span.map(|span| span.first), Some(7));
    assert_eq!(analysis.activity(joined).listed, Some(true));
    assert_eq!(analysis.activities.len(), analysis.case.tasks.len());
}

#[test]
fn the_kernel_and_the_user_stack_are_one() {
    let cases: &[(&[&str], &[&str], &str)] = &[
        (&["futex_wait"], &["lll_lock_wait", "pthread_mutex_lock<mutex=55d000>"], "mutex"),
        (&["netlink_attachskb"], &["sendmsg"], "netlink-send"),
        (&["futex_wait"], &["sendmsg"], "futex"),
        (&["do_wait"], &["waitpid"], "child-exit"),
    ];
    for (kernel, user, expected) in cases {
        for kernel_first in [true, false] {
            let mut build = Build::default();
            let task = build.task("t", 1, None);
            let both = [("proc-stack", *kernel), ("gdb", *user)];
            for at in if kernel_first { [0, 1] } else { [1, 0] } {
                build.stack(task, both[at].0, both[at].1);
            }
            let analysis = build.classify();
            assert_eq!(kind(&analysis, task).map(|found| found.0).as_deref(), Some(*expected), "{kernel:?} {user:?}");
            let wait = analysis.wait(task).expect("a wait");
            assert_eq!(analysis.activity(task).stacks.first(), Some(&wait.stack), "the one with the wait first");
            assert_eq!(wait.object.is_some(), *expected == "mutex");
        }
    }
}

#[test]
fn of_two_looks_at_one_kernel_stack_the_surer_counts() {
    let mut build = Build::default();
    let task = build.task("t", 1, None);
    build.stack(task, "crash", &["schedule", "ww_mutex_lock", "ttm_reserve"]);
    build.stack(task, "proc-stack", &["ttm_reserve"]);
    assert_eq!(kind(&build.classify(), task), Some(("ww-mutex".to_owned(), Known::Observed)));
}

#[test]
fn the_queue_of_a_lock_says_what_its_waiters_wait_for() {
    let mut build = Build::default();
    let worker = build.task("kworker/1:2", 4790, Some(TaskState::Blocked));
    build.stack(worker, "proc-stack", &["ttm_reserve", "process_one_work", "worker_thread"]);
    let elsewhere = build.task("io", 2, None);
    build.stack(elsewhere, "proc-stack", &["netlink_attachskb"]);
    let unseen = build.task("unseen", 3, None);
    let reader = build.task("reader", 4, None);
    build.stack(reader, "mdb", &["turnstile_block<0 1 0>", "somewhere"]);
    let lock = build.lock("mutex", 0xffff_8800_35ac_f1e0);
    lock.holders.push(holder(worker, None, HoldSource::Owner, 1));
    lock.waiters.extend([waiter(worker, None), waiter(elsewhere, None), waiter(unseen, None)]);
    let lock = build.lock("rwlock", 0xffff_ffff_8579_8720);
    lock.waiters.push(waiter(reader, Some(Mode::Read)));
    let analysis = build.classify();
    assert_eq!(kind(&analysis, worker), Some(("ww-mutex".to_owned(), Known::Observed)));
    assert_eq!(analysis.wait(worker).and_then(|wait| wait.object), Some((ObjectId(0), Known::Observed)));
    assert_eq!(kind(&analysis, elsewhere), Some(("netlink-send".to_owned(), Known::Observed)));
    assert_eq!(analysis.wait(elsewhere).and_then(|wait| wait.object), None);
    let queued = analysis.wait(unseen).expect("the queue tells");
    assert_eq!((queued.stack, queued.object), (NO_STACK, Some((ObjectId(0), Known::Observed))));
    assert_eq!(kind(&analysis, reader), Some(("rwlock".to_owned(), Known::Observed)), "refined by the lock");
    assert_eq!(analysis.wait(reader).and_then(|wait| wait.mode), Some(Mode::Read));
    assert!(analysis.holds.iter().any(|hold| hold.task == worker && hold.object == Some(ObjectId(0))));
    let serves = analysis.holds.iter().find(|hold| hold.from == HoldSource::Frame).expect("serves a work item");
    assert_eq!((serves.task, serves.known), (worker, Known::Inferred));
}

#[test]
fn the_last_held_lock_of_a_task_that_waits_for_a_lock_is_the_one_it_waits_for() {
    let mut build = Build::default();
    let waits = build.task("waits", 1, None);
    build.stack(waits, "dmesg", &["schedule", "__mutex_lock", "x"]);
    let sleeps = build.task("sleeps", 2, None);
    build.stack(sleeps, "dmesg", &["schedule", "wait_for_completion", "x"]);
    let listing = HoldSource::Listing;
    let a = build.lock("mutex", 0xffff_8000_0000_1000);
    a.holders.extend([holder(waits, None, listing, 100), holder(waits, None, listing, 200)]);
    let b = build.lock("mutex", 0xffff_8000_0000_2000);
    b.holders.extend([holder(waits, None, listing, 101), holder(waits, None, listing, 201)]);
    b.holders.push(holder(sleeps, None, listing, 103));
    let analysis = build.classify();
    assert_eq!(analysis.wait(waits).and_then(|wait| wait.object), Some((ObjectId(1), Known::Observed)));
    let held: Vec<_> = analysis.holds.iter().map(|hold| (hold.task, hold.object)).collect();
    assert_eq!(held, [(waits, Some(ObjectId(0))), (sleeps, Some(ObjectId(1)))]);
}

#[test]
fn a_lock_address_on_the_stack_of_a_waiter_is_assumed_to_be_its_lock() {
    for (words, expected) in [(1, Some((ObjectId(0), Known::Assumed))), (2, None)] {
        let mut build = Build::default();
        let task = build.task("t", 1, None);
        build.stack(task, "proc-stack", &["ttm_reserve"]);
        for at in 0..words {
            build.lock("mutex", 0xffff_8000_0000_1000 + 0x100 * u64::from(at));
            build.word(task, ObjectId(at), None);
        }
        assert_eq!(build.classify().wait(task).map(|wait| wait.object), Some(expected), "{words} words");
    }
}

#[test]
fn a_reader_without_a_name_is_the_one_task_that_fits() {
    let with_frame = &["turnstile_block<0 1 85000>", "rw_enter_sleep<85000 1>", "up", "mac_rx", "intr"][..];
    let without = &["turnstile_block<0 1 85000>", "rw_enter_sleep<85000 1>", "intr"][..];
    // stacks of the candidates, frame of the word, expected
    type Case1<'a> = (&'a [&'a [&'a str]], Option<&'a str>, Option<Known>);
    let rows: &[Case1] = &[
        (&[with_frame], None, Some(Known::Inferred)),
        (&[with_frame], Some("up"), Some(Known::Inferred)),
        (&[with_frame], Some("intr"), Some(Known::Assumed)),
        (&[without], None, Some(Known::Assumed)),
        (&[with_frame, without], None, Some(Known::Inferred)),
        (&[without, without], None, None),
        (&[with_frame, with_frame], None, None),
        (&[], None, None),
    ];
    for (stacks, word, expected) in rows {
        let mut build = Build::default();
        let writer = build.task("writer", 1, None);
        build.stack(writer, "mdb", &["turnstile_block<0 0 93000>", "rw_enter_sleep<93000 0>", "mac_rx"]);
        build.lock("rwlock", 0x93000).anonymous_readers = Some(1);
        build.case.objects[0].waiters.push(waiter(writer, Some(Mode::Write)));
        build.word(writer, ObjectId(0), None);
        for (at, frames) in (2..).zip(*stacks) {
            let reader = build.task("reader", at, None);
            build.stack(reader, "mdb", frames);
            build.word(reader, ObjectId(0), *word);
        }
        let analysis = build.classify();
        let found: Vec<_> = analysis.holds.iter().filter(|hold| hold.from == HoldSource::StackWord).collect();
        assert_eq!(found.first().map(|hold| hold.known), *expected, "{stacks:?} {word:?}");
        assert!(found.iter().all(|hold| hold.task == TaskId(1) && hold.mode == Some(Mode::Read)));
    }
}

#[test]
fn a_hold_frame_counts_outside_the_wait_only() {
    let mut build = Build::default();
    let waits = build.task("waits", 1, None);
    build.stack(waits, "gdb", &["futex_wait_inner", "pthread_once<control=55d000>"]);
    let inside = build.task("inside", 2, None);
    build.stack(inside, "gdb", &["sendmsg", "init", "pthread_once<control=55d000>"]);
    let analysis = build.classify();
    let object = analysis.wait(waits).and_then(|wait| wait.object).expect("printed").0;
    let holds: Vec<_> = analysis.holds.iter().map(|hold| (hold.task, hold.object)).collect();
    assert_eq!(holds, [(inside, Some(object))]);
}

#[test]
fn rests_are_told_from_waits() {
    let running = Some(TaskState::Running);
    // name, state, dialect, frames, idle
    type Case1<'a> = (&'a str, Option<TaskState>, &'static str, &'a [&'a str], bool);
    let rows: &[Case1] = &[
        ("kworker/0:1", None, "dmesg", &["__schedule", "schedule", "worker_thread", "kthread"], true),
        ("kworker/0:1", None, "dmesg", &["schedule", "work_fn", "process_one_work", "worker_thread"], false),
        ("kworker/0:1", None, "dmesg", &["schedule", "worker_thread", "other"], false),
        ("kworker/3:2", running, "crash", &["schedule", "worker_thread"], false),
        ("other", None, "dmesg", &["schedule", "worker_thread"], false),
        ("sh", None, "proc-stack", &["do_wait", "kernel_wait4", "sys_wait4"], true),
        ("sh", None, "proc-stack", &["do_wait", "kernel_wait4", "zap_ns"], false),
        ("sh", None, "dmesg", &["schedule", "x", "do_wait", "kernel_wait4"], false),
        ("x", None, "proc-stack", &["idle_loop"], true),
        ("x", None, "dmesg", &["schedule", "idle_loop"], false),
        ("w", None, "gdb", &["futex_wait_inner", "pthread_cond_wait", "take", "my_queue_get"], true),
        ("w", None, "gdb", &["pthread_cond_wait", "commit"], false),
        ("", None, "go", &["[GC worker (idle)]", "runtime.gopark"], true),
        ("Signal Dispatcher", running, "java", &["f"], true),
    ];
    for (name, state, dialect, frames, idle) in rows {
        let mut build = Build::default();
        let task = build.task(name, 1, *state);
        build.stack(task, dialect, frames);
        let analysis = build.classify();
        assert_eq!(analysis.activity(task).idle, *idle, "{name} {state:?} {frames:?}");
        assert_eq!(analysis.stack_idle, [*idle]);
    }
}

#[test]
fn the_idle_loop_of_a_cpu_rests_while_it_runs() {
    let mut build = Build::default();
    let swapper = build.task("swapper/1", 77, Some(TaskState::Running));
    build.stack(swapper, "crash", &["default_idle", "do_idle"]).running = true;
    let analysis = build.classify();
    assert!(analysis.activity(swapper).idle && !analysis.activity(swapper).on_cpu);
}

#[test]
fn an_idle_task_keeps_its_wait_and_a_contradiction_is_no_rest() {
    let mut build = Build::default();
    let rests = build.task("pool7", 1, None);
    build.stack(rests, "proc-stack", &["futex_wait"]);
    build.stack(rests, "gdb", &["pthread_cond_wait<cond=55d000>", "work_queue_pop", "start_thread"]);
    let busy = build.task("pool8", 2, None);
    build.stack(busy, "gdb", &["pthread_cond_wait", "work_queue_pop"]);
    build.stack(busy, "proc-stack", &["netlink_attachskb"]);
    let analysis = build.classify();
    assert!(analysis.activity(rests).idle);
    assert_eq!(kind(&analysis, rests).map(|found| found.0).as_deref(), Some("condvar"));
    assert_eq!(analysis.activity(rests).entry.as_deref(), Some("work_queue_pop"));
    assert_eq!(analysis.activity(rests).pool.as_deref(), Some("pool"));
    assert!(!analysis.activity(busy).idle);
}

#[test]
fn names_tell_cpu_and_device_and_modules_the_driver() {
    let mut build = Build::default();
    let worker = build.task("kworker/3:1H", 1, None);
    build.stack(worker, "dmesg", &["schedule", "__mutex_lock", "qxl_work @qxl", "outer @ttm", "kthread"]);
    let journal = build.task("jbd2/dm-0-8", 2, None);
    let analysis = build.classify();
    assert_eq!(analysis.activity(worker).bound_cpu, Some(3));
    assert_eq!(analysis.activity(worker).pool, None, "the user vocabulary does not read kernel names");
    assert_eq!(analysis.activity(worker).module.as_deref(), Some("qxl"));
    assert_eq!(analysis.activity(worker).entry.as_deref(), Some("outer"));
    assert_eq!(analysis.activity(journal).device.as_deref(), Some("dm-0"));
}

#[test]
fn the_latest_stack_of_a_dialect_counts_and_two_that_differ_have_moved() {
    let mut build = Build::default();
    let moved = build.task("moved", 1, None);
    build.stack(moved, "proc-stack", &["netlink_attachskb"]);
    build.stack(moved, "proc-stack", &["futex_wait"]);
    let stuck = build.task("stuck", 2, None);
    build.stack(stuck, "proc-stack", &["futex_wait"]).again.push(Span::line(SourceId(0), 500));
    let once = build.task("once", 3, None);
    build.stack(once, "proc-stack", &["futex_wait"]);
    let cut = build.task("cut", 4, None);
    build.stack(cut, "proc-stack", &["futex_wait", "sys_futex"]);
    build.stack(cut, "proc-stack", &["futex_wait"]).cut = true;
    let back = build.task("back", 5, None);
    build.stack(back, "proc-stack", &["netlink_attachskb"]).again.push(Span::line(SourceId(0), 600));
    build.stack(back, "proc-stack", &["futex_wait"]);
    let analysis = build.classify();
    assert_eq!(kind(&analysis, moved).map(|found| found.0).as_deref(), Some("futex"));
    assert_eq!(kind(&analysis, back).map(|found| found.0).as_deref(), Some("netlink-send"));
    let told = [moved, stuck, once, cut].map(|task| analysis.activity(task).moved);
    assert_eq!(told, [Some(true), Some(false), None, Some(false)]);
}

#[test]
fn a_runnable_goroutine_waits_for_nothing() {
    let mut build = Build::default();
    let task = build.task("g1", 1, Some(TaskState::Running));
    build.stack(task, "go", &["runtime.gopark", "sync.(*Mutex).Lock<0xc00001a310>"]);
    let analysis = build.classify();
    assert_eq!(kind(&analysis, task), None);
    assert!(analysis.activity(task).on_cpu && analysis.activity(task).classified);
}

#[test]
fn only_a_backtrace_shows_a_wait_or_a_rest() {
    for (taken, waits) in [
        (StackKind::Backtrace, true),
        (StackKind::Shared(4), true),
        (StackKind::Scan, false),
        (StackKind::Profile(812), false),
    ] {
        let mut world = Build::default();
        let task = world.task("a", 1, None);
        world.stack(task, "crash", &["__mutex_lock_slowpath", "f"]).kind = taken;
        let analysis = world.classify();
        assert_eq!(kind(&analysis, task).is_some(), waits, "{taken:?}");
        assert_eq!(analysis.activities[0].stacks.is_empty(), !waits, "{taken:?}");
    }
}
