//! The relations that facts are rows of: the one table from which the checker, the JSON Schema and the help are made.
//!
//! A dialect emits rows with [`Fact`](crate::Fact); a rule names the relation as a table and the fields as conditions.

use crate::{Name, ObjectKey, TaskKeys};

/// Type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// A task.
    Task,
    /// A process.
    Process,
    /// A lock, socket or other object.
    Object,
    /// Text, compared without regard to case.
    Text,
    /// A whole number.
    Number,
    /// Bytes.
    Size,
    /// Seconds.
    Time,
    /// A version.
    Version,
    /// Yes or no.
    Flag,
}

/// A field of a relation.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in rules and in the report.
    pub name: &'static str,
    /// Its type.
    pub kind: FieldType,
}

/// A declared relation.
#[derive(Clone, Copy, Debug)]
pub struct Relation {
    /// Its name: the table of a clause.
    pub name: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

impl Relation {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A value of a field, in the words of one text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A task, by what the text says of it.
    Task(TaskKeys),
    /// A process, by its id.
    Process(u32),
    /// An object.
    Object(ObjectKey),
    /// Text.
    Text(Name),
    /// A number, a size in bytes, or a time in seconds.
    Number(f64),
    /// Yes or no.
    Flag(bool),
}

const fn field(name: &'static str, kind: FieldType) -> Field {
    Field { name, kind }
}

use FieldType::{Flag, Number, Object, Process, Size, Task, Text, Time, Version};

static RELATIONS: &[Relation] = &[
    Relation {
        name: "report",
        help: "a tool itself says so: kind is hung-task, soft-lockup, hard-lockup, rcu-stall, workqueue-lockup, \
               lockdep-circular, lockdep-recursive, lockdep-irq, java-deadlock, go-all-asleep, race-report, lock-order, oops, \
               panic or warning",
        fields: &[
            field("kind", Text),
            field("task", Task),
            field("cpu", Number),
            field("seconds", Time),
            // The address whose use failed.
            field("address", Text),
        ],
    },
    Relation {
        name: "run_queue",
        help: "a task that is ready to run and queued on a CPU",
        fields: &[field("cpu", Number), field("task", Task)],
    },
    Relation {
        name: "on_cpu",
        help: "the task that runs on a CPU",
        fields: &[field("cpu", Number), field("task", Task)],
    },
    Relation {
        name: "task_time",
        help: "CPU time of a task and how often it gave the CPU away",
        fields: &[
            field("task", Task),
            field("cpu_time", Time),
            field("voluntary_switches", Number),
            field("involuntary_switches", Number),
        ],
    },
    Relation {
        name: "work",
        help: "a work item: task is its worker (empty while pending), waiter who flushes it",
        fields: &[field("task", Task), field("queue", Text), field("function", Text), field("waiter", Task)],
    },
    Relation {
        name: "pending_signal",
        help: "a signal that is pending for a task",
        fields: &[field("task", Task), field("signal", Text), field("shared", Flag)],
    },
    Relation {
        name: "netlink_socket",
        help: "a row of /proc/net/netlink",
        fields: &[
            field("address", Object),
            field("protocol", Number),
            field("portid", Number),
            field("rmem", Size),
            field("wmem", Size),
            field("drops", Number),
            field("inode", Number),
        ],
    },
    Relation {
        name: "unix_socket",
        help: "a Unix socket with its queues",
        fields: &[
            field("address", Object),
            field("local", Text),
            field("remote", Text),
            field("state", Text),
            field("recv_queue", Size),
            field("send_queue", Size),
            field("inode", Number),
        ],
    },
    Relation {
        name: "tcp_socket",
        help: "a TCP socket with its queues",
        fields: &[
            field("address", Object),
            field("local", Text),
            field("remote", Text),
            field("state", Text),
            field("recv_queue", Size),
            field("send_queue", Size),
            field("inode", Number),
        ],
    },
    Relation {
        name: "fd",
        help: "an open file of a process",
        fields: &[field("process", Process), field("number", Number), field("inode", Number), field("kind", Text)],
    },
    Relation {
        name: "file_lock",
        help: "a lock on a file that a task holds",
        fields: &[field("object", Object), field("task", Task), field("mode", Text)],
    },
    Relation {
        name: "fuse_connection",
        help: "a FUSE connection with requests that wait for its server",
        fields: &[field("id", Number), field("waiting", Number), field("server", Task)],
    },
    Relation {
        name: "stack_word",
        help: "the address of an object found on the stack of a task, below the named frame where that is known",
        fields: &[field("task", Task), field("object", Object), field("frame", Text)],
    },
    Relation {
        name: "variable",
        help: "a lock that a variable of a task's innermost frame names; place is the frame's file and line",
        fields: &[
            field("task", Task),
            field("object", Object),
            field("name", Text),
            field("function", Text),
            field("place", Text),
        ],
    },
    Relation {
        name: "lock_order",
        help: "an order of two locks that a checker of locks saw: taken was locked at that place while held was held; \
               nothing need hang",
        fields: &[
            field("task", Task),
            field("held", Object),
            field("taken", Object),
            field("function", Text),
            field("place", Text),
        ],
    },
    Relation { name: "sysctl", help: "a kernel setting", fields: &[field("key", Text), field("value", Text)] },
    Relation {
        name: "software",
        help: "a program or kernel and its version",
        fields: &[field("name", Text), field("version", Version)],
    },
];

/// All declared relations.
pub fn relations() -> &'static [Relation] {
    RELATIONS
}

/// The relation of that name.
pub fn relation(name: &str) -> Option<&'static Relation> {
    RELATIONS.iter().find(|relation| relation.name == name)
}
