//! Facts from `/proc`, `ps` and their kin, through the crate's one entry.
#![allow(missing_docs, clippy::unwrap_used)]

use stacklore_model::{Document, Fact, ListingOf, Reading, SourceId, TaskKeys, TaskState, Value};

fn read(text: &str) -> Reading {
    stacklore_dialects::read(SourceId(0), &Document::from_text("paste", text))
}

/// Tasks as `pid/tid name state`.
fn tasks(reading: &Reading) -> Vec<String> {
    let id = |id: Option<u32>| id.map_or("-".to_owned(), |id| id.to_string());
    let row = |task: &stacklore_model::TaskSighting| {
        let state = task.state.map_or(String::new(), |state| format!(" {state:?}"));
        format!("{}/{} {}{state}", id(task.keys.pid), id(task.keys.tid), task.name.as_deref().unwrap_or("-"))
    };
    reading.tasks.iter().map(row).collect()
}

fn number(fact: &Fact, field: &str) -> Option<f64> {
    fact.fields.iter().find_map(|(name, value)| match value {
        Value::Number(number) if *name == field => Some(*number),
        _ => None,
    })
}

fn text<'a>(fact: &'a Fact, field: &str) -> Option<&'a str> {
    fact.fields.iter().find_map(|(name, value)| match value {
        Value::Text(text) if *name == field => Some(&**text),
        _ => None,
    })
}

fn rows<'a>(reading: &'a Reading, relation: &str) -> Vec<&'a Fact> {
    reading.facts.iter().filter(|fact| fact.relation == relation).collect()
}

fn listings(reading: &Reading) -> Vec<&ListingOf> {
    reading.listings.iter().map(|listing| &listing.of).collect()
}

#[test]
fn pending_signals_of_a_selection_belong_to_the_task_of_the_path() {
    let reading =
        read("# grep Pnd /proc/1544574/status \nSigPnd: 0000000000000000 \nShdPnd: 0000000000000100\n\nprose");
    let signals = rows(&reading, "pending_signal");
    assert_eq!(signals.len(), 1);
    assert_eq!((text(signals[0], "signal"), signals[0].span.first), (Some("KILL"), 3));
    assert!(signals[0].fields.contains(&("shared", Value::Flag(true))));
    assert!(signals[0].fields.contains(&("task", Value::Task(TaskKeys::tid(1544574)))));
    let zero = read("# grep Pnd /proc/7/status\nSigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\n");
    assert!(rows(&zero, "pending_signal").is_empty());
    assert_eq!(listings(&zero), [&ListingOf::RelationOfTask("pending_signal", TaskKeys::tid(7))]);
    assert!(listings(&read("# grep SigPnd /proc/7/status\nSigPnd:\t0000000000000000\n")).is_empty());
}

#[test]
fn several_tasks_in_one_status_text() {
    let one = |name: &str, pid: u32| {
        format!(
            "Name:\t{name}\nState:\tD (disk sleep)\nTgid:\t5\nPid:\t{pid}\nPPid:\t1\nThreads:\t2\nSigPnd:\t0000000000000000\n"
        )
    };
    let reading = read(&format!("{}{}", one("leader", 5), one("worker", 6)));
    assert_eq!(tasks(&reading), ["5/5 leader Blocked", "5/6 worker Blocked"]);
    assert_eq!(reading.processes[0].threads, Some(2));
    assert_eq!(reading.processes[0].parent, Some(1));
    let grep = read("/proc/5/status:State:\tS (sleeping)\n/proc/6/status:State:\tZ (zombie)\n");
    assert_eq!(tasks(&grep), ["-/5 - Sleeping", "-/6 - Zombie"]);
    let headers = read("==> /proc/5/task/6/wchan <==\nfutex_do_wait\n==> /proc/5/task/7/syscall <==\nrunning\n");
    assert_eq!(tasks(&headers), ["5/6 -", "5/7 - Running"]);
}

#[test]
fn times_of_tasks() {
    let reading = read(
        "hog (97, #threads: 1)\n--------\nse.sum_exec_runtime    :   1038000.5\nnr_voluntary_switches  : 1\nnr_involuntary_switches : 6\n",
    );
    let times = rows(&reading, "task_time");
    assert_eq!(number(times[0], "cpu_time"), Some(1038.0005));
    assert_eq!(number(times[0], "voluntary_switches"), Some(1.0));
    assert_eq!(tasks(&reading), ["97/97 hog"]);
}

#[test]
fn threads_of_a_directory() {
    let reading = read("# ls /proc/1544450/任務\n1544450 1544574\n\nprose 12\n");
    assert_eq!(tasks(&reading), ["1544450/1544450 -", "1544450/1544574 -"]);
    assert_eq!(listings(&reading), [&ListingOf::ThreadsOf(1544450)]);
    assert!(read("# ls /proc/5/task | wc -l\n3\n").tasks.is_empty());
}

#[test]
fn open_files() {
    let reading = read(
        "# ls -l /proc/97/fd\ntotal 0\nlr-x------ 1 root root 64 Nov 20 20:29 0 -> /dev/null\nlrwx------ 1 root root 64 Nov 20 20:29 5 -> socket:[10751]\n",
    );
    let files = rows(&reading, "fd");
    assert_eq!(files.len(), 2);
    assert_eq!((text(files[0], "kind"), number(files[0], "inode")), (Some("file"), None));
    assert_eq!((text(files[1], "kind"), number(files[1], "inode")), (Some("socket"), Some(10751.0)));
}

#[test]
fn netlink_sockets_with_collapsed_columns_remarks_and_elision() {
    let header = "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode\n";
    let row = "ffff88880a5bf800 15 10000038 00000000 33557184 0 0 27 0 1652";
    let whole = read(&format!("/var/log# cat /proc/net/netlink\n{header}{row}\n"));
    let sockets = rows(&whole, "netlink_socket");
    assert_eq!((number(sockets[0], "rmem"), number(sockets[0], "portid")), (Some(33557184.0), Some(10000038.0)));
    assert_eq!(listings(&whole), [&ListingOf::Relation("netlink_socket")]);
    let elided = read(&format!("/var/log# cat /proc/net/netlink\n{header}{row} --问题socket\n//省略部分\n"));
    assert_eq!(number(rows(&elided, "netlink_socket")[0], "inode"), Some(1652.0));
    assert!(elided.listings.is_empty());
    let filtered = read(&format!("# grep 10000038 /proc/net/netlink\n{row}\n"));
    assert_eq!(rows(&filtered, "netlink_socket").len(), 1);
    assert!(filtered.listings.is_empty());
    // Kernels without the last columns.
    let old = read(
        "sk       Eth Pid    Groups   Rmem     Wmem     Dump     Locks\nf2c6a800 0   0      00000000 7        0        (null)   2\n",
    );
    assert_eq!(number(rows(&old, "netlink_socket")[0], "rmem"), Some(7.0));
}

#[test]
fn file_locks_and_their_waiters() {
    let reading = read(
        "1: FLOCK  ADVISORY  WRITE 2877 00:2c:5 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 2876 00:2c:5 0 EOF\n2: POSIX  ADVISORY  READ -1 00:2c:5 0 9\n",
    );
    assert_eq!(reading.locks.len(), 2);
    assert_eq!(reading.locks[0].object.symbol.as_deref(), Some("00:2c:5"));
    assert_eq!(reading.locks[0].holders[0].task, TaskKeys::process(2877));
    assert_eq!(reading.locks[0].waiters[0].task, TaskKeys::process(2876));
    assert_eq!(reading.locks[1].object.symbol.as_deref(), Some("00:2c:5 posix 0-9"));
    assert!(reading.locks[1].holders.is_empty());
    assert_eq!(listings(&reading), [&ListingOf::Relation("file_lock")]);
}

#[test]
fn sockets_of_ss() {
    let reading = read(
        "Netid State  Recv-Q Send-Q    Local Address:Port   Peer Address:PortProcess\nu_dgr UNCONN 500    0      /run/alarmd.sock 368100            * 0    users:((\"alarmd\",pid=3817,fd=3))\ntcp   ESTAB  0      77        10.0.0.1:22          10.0.0.2:4711\n",
    );
    let unix = rows(&reading, "unix_socket");
    assert_eq!((number(unix[0], "recv_queue"), number(unix[0], "inode")), (Some(500.0), Some(368100.0)));
    assert_eq!(number(rows(&reading, "tcp_socket")[0], "send_queue"), Some(77.0));
    assert_eq!(number(rows(&reading, "fd")[0], "inode"), Some(368100.0));
    assert_eq!(tasks(&reading), ["3817/3817 alarmd"]);
}

#[test]
fn settings_and_fuse() {
    let reading = read(
        "# sysctl kernel.watchdog\nkernel.watchdog = 0\n# cat /proc/sys/vm/swappiness\n60\n# cat /sys/fs/fuse/connections/38/waiting\n1\n",
    );
    let settings = rows(&reading, "sysctl");
    assert_eq!((text(settings[0], "key"), text(settings[0], "value")), (Some("kernel.watchdog"), Some("0")));
    assert_eq!((text(settings[1], "key"), text(settings[1], "value")), (Some("vm.swappiness"), Some("60")));
    let fuse = rows(&reading, "fuse_connection");
    assert_eq!((number(fuse[0], "id"), number(fuse[0], "waiting")), (Some(38.0), Some(1.0)));
}

#[test]
fn processes_of_every_ps() {
    for (text, expected) in [
        (
            "# ps aux|grep rmmod\nroot     22551  0.0  0.0 112712   964 pts/5    S+   14:08   0:00 grep --color=auto rmmod\nroot     31969  0.0  0.0  13112   800 ?        D    Feb25   0:00 rmmod bsnmod\n",
            vec!["31969/31969 rmmod Blocked"],
        ),
        (
            "/var/log# ps | grep cli2812 root 720m S cli admin 1\n15126 root 720m S cli admin\n21947 root 16448 S grep cli这里\n",
            vec!["2812/2812 cli Sleeping", "15126/15126 cli Sleeping"],
        ),
        ("  PID  SPID TTY          TIME CMD\n 4731  4735 ?        00:00:00 xfer ab\n", vec!["4731/4735 xfer ab"]),
        (
            "$ ps -eLf | grep bankd\nroot      4731     1  4735  0    9 20:29 ?        00:00:00 /opt/bankd -d\n",
            vec!["4731/4735 bankd"],
        ),
        (
            "PID   USER     STAT COMMAND\n   17 0        DW   [kworker/0:1+loc]\n   20 0        S <  udevd\n",
            vec!["17/17 kworker/0:1+loc Blocked", "20/20 udevd Sleeping"],
        ),
        (
            "    UID   PID  PPID  C    STIME TTY         TIME CMD\n    root   431     1  0   Apr 16 ?           0:02 /usr/lib/ssh/sshd\n",
            vec!["431/431 sshd"],
        ),
        (
            "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 12 0.0 0.0 0 0 ? Z Feb25 0:01 [ndrive] <defunct>\n",
            vec!["12/12 ndrive Zombie"],
        ),
        ("# ps -eo pid,stat,comm | grep -w D\n 4790 D    kworker/1:2\n", vec!["4790/4790 kworker/1:2 Blocked"]),
    ] {
        assert_eq!(tasks(&read(text)), expected, "{text}");
    }
}

#[test]
fn parents_by_column_and_by_drawing() {
    let reading = read("  PID  PPID CMD\n   20     1 sshd\n");
    assert_eq!((reading.processes[0].pid, reading.processes[0].parent), (20, Some(1)));
    let forest = read(
        "  PID TTY      STAT   TIME COMMAND\n   20 ?        Ss     0:00 sshd: /usr/sbin/sshd\n   30 ?        Ss     0:00  \\_ sshd: root\n   31 pts/0    Ss     0:00      \\_ -bash\n   40 ?        S      0:00 cron\n",
    );
    let parents: Vec<_> = forest.processes.iter().map(|process| (process.pid, process.parent)).collect();
    assert_eq!(parents, [(30, Some(20)), (31, Some(30))]);
    assert_eq!(tasks(&forest)[2], "31/31 bash Sleeping");
}

#[test]
fn only_whole_listings_say_what_is_not_there() {
    let rows: String = (1..12).map(|pid| format!("root {pid} 0 0 20:29 ? 00:00:00 [k{pid}]\n")).collect();
    let table = format!("UID PID PPID C STIME TTY TIME CMD\n{rows}");
    assert_eq!(listings(&read(&format!("$ ps -ef\n{table}"))), [&ListingOf::Processes]);
    assert!(read(&format!("$ ps -ef | grep k\n{table}")).listings.is_empty());
    assert!(read(&format!("$ ps -ef\n{table}...\n")).listings.is_empty());
    let threads = read("$ ps -eLo pid,lwp,nlwp,comm\n PID LWP NLWP COMMAND\n 5 5 2 a\n 5 6 2 b\n 9 9 3 c\n");
    assert_eq!(listings(&threads), [&ListingOf::ThreadsOf(5)]);
}

#[test]
fn prose_and_other_tables_are_no_processes() {
    for text in [
        "root 123 is the process that hangs, S or D\n",
        "2812 root 720m S cli admin\n",
        "   PID    PPID  CPU       TASK        ST  %MEM     VSZ    RSS  COMM\n      1      0   0  ffff8880038b0000  IN   0.2    1112    388  init\n",
        "PID of the process is 12\n",
        "# docker ps\nCONTAINER ID   IMAGE     COMMAND\n12 root 720m S cli\n",
        "[  12.000000] [  123]     0   123     1000      500    12   0   0 cli\n",
    ] {
        let seen = read(text);
        assert!(seen.tasks.iter().all(|task| task.keys.address.is_some()), "{text}: {:?}", tasks(&seen));
    }
}

#[test]
fn service_trees_name_their_processes() {
    let reading = read(
        " Main PID: 16376 (code=exited, status=0/SUCCESS)\n   CGroup: /system.slice/BSN.service\n           └─control\n             └─31969 rmmod bsnmod\n",
    );
    assert_eq!(tasks(&reading), ["31969/31969 rmmod"]);
    assert_eq!(reading.tasks[0].state, None::<TaskState>);
}
