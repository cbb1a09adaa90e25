//! One lock as the validator prints it.

use super::Rule;
use pest::iterators::Pair;
use stacklore_model::Mode;

/// A lock description: `ADDR (CLASS){USAGE}-{outer:inner}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lock {
    /// Address of the validator's map inside the lock, real or hashed; kernels up to 4.16 print none.
    pub(super) address: Option<u64>,
    /// The address is a hash: it means something in this text only.
    pub(super) hashed: bool,
    /// Class with its instance and subclass marks: `&sb->s_type->i_mutex_key#8/1`.
    pub(super) class: String,
    /// The mode in which locks of this class are taken, where all of them are taken in one.
    pub(super) mode: Option<Mode>,
    /// The lock is taken by spinning.
    pub(super) spins: bool,
}

impl Lock {
    /// Reads the pair of rule `lock`.
    pub(super) fn of(pair: Pair<'_, Rule>) -> Self {
        let mut lock = Lock::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::address => {
                    let digits = part.as_str();
                    // Hashes have 32 bits, printed in the width of an address.
                    lock.hashed = digits.len() == 16 && digits.starts_with("00000000");
                    lock.address = u64::from_str_radix(digits, 16).ok().filter(|address| *address > FIRST_PAGE);
                }
                Rule::class => lock.class = part.as_str().to_owned(),
                Rule::usage => lock.mode = mode(part.as_str()),
                Rule::types => {
                    // Wait type 2 is "spins"; with 3 the kernel's configuration decides.
                    lock.spins = part.into_inner().last().is_some_and(|inner| inner.as_str() == "2");
                }
                _ => {}
            }
        }
        lock
    }

    /// The class without its subclass: `&sb->key#8` of `&sb->key#8/1`.
    pub(super) fn base_class(&self) -> &str {
        let class = self.class.as_str();
        let digits = class.trim_end_matches(|c: char| c.is_ascii_digit());
        match digits.strip_suffix('/') {
            Some(base) if digits.len() < class.len() && !base.is_empty() => base,
            _ => class,
        }
    }

    /// The name that a static lock of this class would have: `DEFINE_MUTEX(x)` names the class `x`, while the class of
    /// a lock that is set up at run time is the expression (`&x->lock`) or is numbered (`x#3`).
    pub(super) fn static_name(&self) -> Option<&str> {
        let name = self.base_class();
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.');
        (plain && !name.starts_with(|c: char| c.is_ascii_digit())).then_some(name)
    }
}

/// Addresses up to here are no identity.
const FIRST_PAGE: u64 = 0xfff;

/// The first and every second sign of the usage are about writers, the others about readers; a dot is "never".
fn mode(usage: &str) -> Option<Mode> {
    let signs = usage.trim_matches(['{', '}']).bytes();
    let (mut read, mut write) = (false, false);
    for (at, sign) in signs.enumerate().filter(|(_, sign)| *sign != b'.') {
        let _ = sign;
        if at % 2 == 0 { write = true } else { read = true }
    }
    match (write, read) {
        (true, false) => Some(Mode::Write),
        (false, true) => Some(Mode::Read),
        _ => None,
    }
}
