//! Executables and dumps in the formats of linkers: what their headers say.

use super::forms::{PROGRAM, WITH_CRASH, WITH_GDB};
use super::{Form, Kind};

const SYSTEM: Form = Form { what: "a kernel dump (vmcore, ELF)", advice: WITH_CRASH, kind: Kind::SystemDump };
const PROCESS: Form = Form { what: "a core dump of a process (ELF)", advice: WITH_GDB, kind: Kind::ProcessDump };
const CORE: Form = Form {
    what: "a core dump (ELF)",
    advice: "that of a process, open with `gdb PROGRAM CORE` and paste the output of `thread apply all bt`; that of a \
             system, open with `crash VMLINUX VMCORE` and paste the output of `log`, `ps`, `foreach bt`",
    kind: Kind::ProcessDump,
};
const ELF: Form = Form { what: "a program or library (ELF)", advice: PROGRAM, kind: Kind::Program };
const MACH_CORE: Form = Form {
    what: "a core dump of macOS",
    advice: "open it with `lldb -c CORE` and paste the output of `bt all`",
    kind: Kind::ProcessDump,
};
const MACH: Form = Form { what: "a program or library of macOS", advice: PROGRAM, kind: Kind::Program };

/// The form of a file in ELF or Mach-O.
pub(super) fn recognise(prefix: &[u8]) -> Option<Form> {
    if prefix.starts_with(b"\x7fELF") {
        return Some(Elf::of(prefix).map_or(ELF, |elf| elf.form()));
    }
    let big = match prefix.get(..4)? {
        b"\xfe\xed\xfa\xce" | b"\xfe\xed\xfa\xcf" => true,
        b"\xce\xfa\xed\xfe" | b"\xcf\xfa\xed\xfe" => false,
        _ => return None,
    };
    // filetype of struct mach_header; 4 is MH_CORE.
    Some(if number(prefix, 12, 4, big) == Some(4) { MACH_CORE } else { MACH })
}

/// An ELF file of which the beginning is known.
struct Elf<'a> {
    prefix: &'a [u8],
    big: bool,
    wide: bool,
}

/// Numbers of the ELF specification.
const ET_CORE: u64 = 4;
/// There kernels and processes have address spaces of their own, both from zero.
const EM_S390: u64 = 22;
const PT_LOAD: u64 = 1;
const PT_NOTE: u64 = 4;
const NT_PRPSINFO: u64 = 3;
const NT_AUXV: u64 = 6;

/// Program headers that are looked at, and notes.
const MOST: u64 = 4096;

impl<'a> Elf<'a> {
    fn of(prefix: &'a [u8]) -> Option<Self> {
        let (class, data) = (*prefix.get(4)?, *prefix.get(5)?);
        Some(Elf { prefix, big: data == 2, wide: class == 2 })
    }

    fn number(&self, at: u64, size: usize) -> Option<u64> {
        number(self.prefix, at, size, self.big)
    }

    /// A number as wide as an address: where it stands in files of 64 and of 32 bits.
    fn address(&self, wide: u64, narrow: u64) -> Option<u64> {
        if self.wide { self.number(wide, 8) } else { self.number(narrow, 4) }
    }

    fn form(&self) -> Form {
        if self.number(16, 2) != Some(ET_CORE) {
            return ELF;
        }
        let headers = self.headers();
        let notes = headers.iter().filter(|header| header.kind == PT_NOTE);
        let said = notes.filter_map(|header| self.said_by_notes(header)).next();
        said.or_else(|| self.said_by_addresses(&headers)).unwrap_or(CORE)
    }

    fn headers(&self) -> Vec<Segment> {
        let (first, size, count) = (self.address(32, 28), self.at(54, 42), self.at(56, 44));
        let (Some(first), Some(size), Some(count)) = (first, size, count) else { return Vec::new() };
        let one = |index: u64| {
            let at = first.checked_add(index.checked_mul(size)?)?;
            let (offset, address) = if self.wide { (8, 16) } else { (4, 8) };
            let sized = if self.wide { 32 } else { 16 };
            let width = if self.wide { 8 } else { 4 };
            Some(Segment {
                kind: self.number(at, 4)?,
                offset: self.number(at.checked_add(offset)?, width)?,
                address: self.number(at.checked_add(address)?, width)?,
                size: self.number(at.checked_add(sized)?, width)?,
            })
        };
        (0..count.min(MOST)).map_while(one).collect()
    }

    /// A half word of the file's header.
    fn at(&self, wide: u64, narrow: u64) -> Option<u64> {
        self.number(if self.wide { wide } else { narrow }, 2)
    }

    /// A kernel leaves a note about itself; a process has notes about its command and its start.
    fn said_by_notes(&self, segment: &Segment) -> Option<Form> {
        let mut at = segment.offset;
        let end = segment.offset.checked_add(segment.size)?;
        for _ in 0..MOST {
            if at >= end {
                return None;
            }
            let (name, content, kind) = (self.number(at, 4)?, self.number(at + 4, 4)?, self.number(at + 8, 4)?);
            let from = usize::try_from(at + 12).ok()?;
            let label = self.prefix.get(from..)?;
            if label.starts_with(b"VMCOREINFO") || label.starts_with(b"QEMU\0") {
                return Some(SYSTEM);
            }
            if label.starts_with(b"CORE\0") && (kind == NT_PRPSINFO || kind == NT_AUXV) {
                return Some(PROCESS);
            }
            at = at.checked_add(12 + name.next_multiple_of(4) + content.next_multiple_of(4))?;
        }
        None
    }

    /// Memory of a kernel lies in the upper half of the addresses, that of a process in the lower; dumps of virtual
    /// machines have no addresses.
    fn said_by_addresses(&self, headers: &[Segment]) -> Option<Form> {
        if self.number(18, 2) == Some(EM_S390) {
            return None;
        }
        let loaded: Vec<&Segment> = headers.iter().filter(|header| header.kind == PT_LOAD).collect();
        let top = if self.wide { 63 } else { 31 };
        let upper = loaded.iter().filter(|header| header.address >> top & 1 == 1).count();
        match (loaded.len(), upper) {
            (0, _) => None,
            (all, upper) if all == upper || loaded.iter().all(|header| header.address == 0) => Some(SYSTEM),
            (all, upper) if upper * 2 < all => Some(PROCESS),
            _ => None,
        }
    }
}

/// A segment of a dump.
struct Segment {
    kind: u64,
    offset: u64,
    address: u64,
    size: u64,
}

/// A number of `size` bytes.
fn number(bytes: &[u8], at: u64, size: usize, big: bool) -> Option<u64> {
    let at = usize::try_from(at).ok()?;
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    Some(if big { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) })
}
