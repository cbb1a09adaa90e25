//! One line of a stack.

use crate::{Name, Span};
use serde::Serialize;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// How far a frame can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reliability {
    /// The unwinder is sure of it.
    Exact,
    /// A stale return address, marked `?` or left by a scan of the stack. Rules never match it.
    Unsure,
    /// A function the compiler inlined into the next outer frame.
    Inlined,
    /// The function of a `RIP:`, `pc :` or `[exception RIP: …]` line, put in as the innermost frame.
    Register,
    /// No call at all: a wait that the tool prints in words (`[chan send]`, `[waiting to lock]`), kept as the innermost
    /// frame so that the vocabulary reads it like any other. Reports leave it out of the frames.
    Printed,
}

/// One argument of a frame (or, for a printed wait, the object it names).
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Its name where the tool prints one (`mutex`, `futex_word`); `None` for positional arguments.
    pub name: Option<Name>,
    /// The value as printed.
    pub text: Name,
    /// The value as a number, where it is one.
    pub number: Option<u64>,
    /// The symbol it points at, as in `0x56… <table_lock+12>` (without the offset).
    pub symbol: Option<Name>,
    /// Offset into that symbol.
    pub symbol_offset: u64,
}

/// What a frame says of the call itself: all that frames of the same place in a program have in common. Dumps repeat
/// it thousands of times, so frames share it.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Function name as printed, mended, without offset and arguments; `??` where the tool prints that.
    pub symbol: Name,
    /// Offset into the function, in bytes.
    pub offset: Option<u64>,
    /// Size of the function, in bytes.
    pub size: Option<u64>,
    /// Kernel module, shared library or package that the tool prints with the frame.
    pub module: Option<Name>,
    /// Arguments in printed order.
    pub arguments: Vec<Argument>,
    /// `file:line` as printed.
    pub location: Option<Name>,
    /// How far it can be trusted.
    pub reliability: Reliability,
}

/// One frame of a stack, as printed. The fields of its [`Call`] are read and set as if they were its own; setting one
/// gives the frame a call of its own where it shared it.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The call, shared by frames that print the same.
    pub call: Arc<Call>,
    /// Program counter.
    pub address: Option<u64>,
    /// Frame or stack pointer printed with the frame.
    pub pointer: Option<u64>,
    /// Where it stands.
    pub span: Span,
}

impl Deref for Frame {
    type Target = Call;

    fn deref(&self) -> &Call {
        &self.call
    }
}

impl DerefMut for Frame {
    fn deref_mut(&mut self) -> &mut Call {
        Arc::make_mut(&mut self.call)
    }
}

impl Frame {
    /// A frame of which only the function is known.
    pub fn new(symbol: Name, span: Span) -> Self {
        let call = Call {
            symbol,
            offset: None,
            size: None,
            module: None,
            arguments: Vec::new(),
            location: None,
            reliability: Reliability::Exact,
        };
        Frame { call: Arc::new(call), address: None, pointer: None, span }
    }

    /// The argument of that name.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name.as_deref() == Some(name))
    }
}
