//! One line of a stack.

use crate::{Argument, Arguments, Name, Span};
use schemars::JsonSchema;
use serde::Serialize;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// How far a frame can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, JsonSchema, Serialize)]
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
    #[schemars(skip)]
    Printed,
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
    /// `file:line` as printed.
    pub location: Option<Name>,
    /// How far it can be trusted.
    pub reliability: Reliability,
}

impl Call {
    /// A call of which only the function is known.
    pub fn new(symbol: Name) -> Self {
        Call { symbol, offset: None, size: None, module: None, location: None, reliability: Reliability::Exact }
    }
}

/// One frame of a stack, as printed. The fields of its [`Call`] are read and set as if they were its own; setting one
/// gives the frame a call of its own where it shared it.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The call, shared by frames that print the same.
    pub call: Arc<Call>,
    /// Arguments in printed order.
    pub arguments: Arguments,
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
        Frame::of(Arc::new(Call::new(symbol)), span)
    }

    /// A frame of a call that is known already.
    pub fn of(call: Arc<Call>, span: Span) -> Self {
        Frame { call, arguments: Arguments::default(), address: None, pointer: None, span }
    }

    /// The argument of that name.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name.as_deref() == Some(name))
    }
}
