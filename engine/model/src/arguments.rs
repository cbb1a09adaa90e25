//! The arguments of a frame.

use crate::Name;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

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

/// Takes a list of arguments apart, as its dialect prints them.
pub type ReadArguments = fn(&str) -> Vec<Argument>;

/// The arguments of a frame, in printed order. A dump holds very many of them and a diagnosis looks at few: they are
/// kept as printed and taken apart when they are asked for.
#[derive(Clone, Default)]
pub struct Arguments(Option<Arc<List>>);

struct List {
    /// As printed; empty where the list was never a text.
    text: Box<str>,
    read: ReadArguments,
    list: OnceLock<Vec<Argument>>,
}

impl Arguments {
    /// Arguments as printed, and who can read them.
    pub fn printed(text: &str, read: ReadArguments) -> Self {
        if text.is_empty() {
            return Arguments::default();
        }
        Arguments(Some(Arc::new(List { text: text.into(), read, list: OnceLock::new() })))
    }

    /// The arguments as printed; empty where none are or where they were given one by one.
    pub fn text(&self) -> &str {
        self.0.as_ref().map_or("", |list| &list.text)
    }

    /// Adds an argument behind the others.
    pub fn push(&mut self, argument: Argument) {
        let own = self.0.as_mut().and_then(Arc::get_mut).and_then(|list| list.list.get_mut());
        if let Some(list) = own {
            list.push(argument);
            return;
        }
        let mut list = self.to_vec();
        list.push(argument);
        *self = list.into();
    }
}

impl From<Vec<Argument>> for Arguments {
    fn from(list: Vec<Argument>) -> Self {
        if list.is_empty() {
            return Arguments::default();
        }
        Arguments(Some(Arc::new(List { text: "".into(), read: |_| Vec::new(), list: OnceLock::from(list) })))
    }
}

impl FromIterator<Argument> for Arguments {
    fn from_iter<I: IntoIterator<Item = Argument>>(arguments: I) -> Self {
        arguments.into_iter().collect::<Vec<_>>().into()
    }
}

impl Deref for Arguments {
    type Target = [Argument];

    fn deref(&self) -> &[Argument] {
        self.0.as_ref().map_or(&[], |list| list.list.get_or_init(|| (list.read)(&list.text)))
    }
}

impl PartialEq for Arguments {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
