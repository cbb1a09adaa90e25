//! A stack without what differs from one machine, compiler and run to the next.

use super::distance::FRAMES;
use super::normal::Normal;
use crate::analysis::Wait;
use crate::vocabulary::{Vocabulary, is_unnamed};
use stacklore_model::{CaseStack, Frame, Reliability};
use std::fmt;

/// Id of a form: the FNV-1a hash, 64 bits, of the wait kind and the frames from the innermost outward, each ended by a
/// line feed (the wait by an empty line where none is known). Equal on every platform and for every version that
/// gives the frames the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormId(pub u64);

impl fmt::Display for FormId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "f-{:016x}", self.0)
    }
}

/// Id of a cluster: that of its leading form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId(pub u64);

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c-{:016x}", self.0)
    }
}

/// What a stack waits for, and where, in names that other machines have too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Form {
    id: FormId,
    wait: Option<String>,
    frames: Vec<String>,
}

impl Form {
    /// A form of a wait kind, by name, and of normalised functions from the innermost outward. More than [`FRAMES`] of
    /// them are left out: what lies further out is the program's way into its own middle, and the same for all of it.
    pub fn new(wait: Option<String>, mut frames: Vec<String>) -> Self {
        frames.truncate(FRAMES);
        let mut hash = Fnv::default();
        std::iter::once(wait.as_deref().unwrap_or_default())
            .chain(frames.iter().map(String::as_str))
            .for_each(|part| hash.line(part));
        Form { id: FormId(hash.0), wait, frames }
    }

    /// Its id.
    pub fn id(&self) -> FormId {
        self.id
    }

    /// Name of the wait kind, where it is known.
    pub fn wait(&self) -> Option<&str> {
        self.wait.as_deref()
    }

    /// Functions from the innermost outward.
    pub fn frames(&self) -> &[String] {
        &self.frames
    }
}

/// FNV-1a, 64 bits: the same everywhere, unlike the hashes of the standard library.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn line(&mut self, text: &str) {
        for byte in text.bytes().chain([b'\n']) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// The form of a stack; `None` where only the wait itself has a name: thousands of programs sleep in the same function.
/// The functions that put the task to sleep are told by the wait kind: of them only the outermost stays, unless some
/// tool never prints it.
pub(super) fn of(
    vocabulary: &Vocabulary,
    names: &mut Normal<'_>,
    stack: &CaseStack,
    wait: Option<&Wait>,
) -> Option<Form> {
    let plumbing = vocabulary.plumbing(stack.system, &stack.frames);
    let of_wait = wait.map(|wait| wait.frames.1);
    let mut frames: Vec<String> = Vec::new();
    let mut is_told = false;
    for (at, frame) in stack.frames.iter().enumerate().skip(of_wait.unwrap_or(0)) {
        let is_wait = of_wait == Some(at);
        let looked_through = plumbing.get(at).copied().unwrap_or(true) && !is_wait;
        if looked_through || matches!(frame.reliability, Reliability::Unsure | Reliability::Printed) {
            continue;
        }
        let Some(name) = name(names, stack, frame) else { continue };
        is_told |= !is_wait && !is_unnamed(frame);
        // A recursion is as deep as the data happen to be.
        if frames.last() != Some(&name) {
            frames.push(name);
        }
        if frames.len() == FRAMES {
            break;
        }
    }
    let kind = wait.map(|wait| vocabulary.kind_name(wait.kind).to_owned());
    is_told.then(|| Form::new(kind, frames))
}

/// The name of a frame in a form; of a function without a name its library, where that is printed.
fn name(names: &mut Normal<'_>, stack: &CaseStack, frame: &Frame) -> Option<String> {
    if !is_unnamed(frame) {
        return names.of(stack.system, &frame.symbol);
    }
    frame.module.as_deref().map(|module| format!("?? ({})", library(module)))
}

/// The name of a library without its folder and version: `libssl.so` for `/usr/lib64/libssl.so.1.1`.
fn library(module: &str) -> &str {
    let file = module.rsplit(['/', '\\']).next().unwrap_or(module);
    file.find(".so").and_then(|at| file.get(..at + ".so".len())).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::{Form, library};

    #[test]
    fn ids_are_those_of_the_documented_hash() {
        // Worked out by hand: reports that were written earlier stay comparable.
        assert_eq!(Form::new(None, Vec::new()).id().to_string(), "f-af63c74c8601c8dd");
        let form = Form::new(Some("mutex".into()), vec!["a_ioctl".into(), "sys_ioctl".into()]);
        assert_eq!(form.id().to_string(), "f-fbbe12e175a92efc");
    }

    #[test]
    fn libraries_are_named_without_folder_and_version() {
        assert_eq!(library("/usr/lib64/libssl.so.1.1"), "libssl.so");
        assert_eq!(library("libpthread-2.31.so"), "libpthread-2.31.so");
        assert_eq!(library("ntdll"), "ntdll");
    }
}
