//! The YAML of a vocabulary file as it stands, before names are resolved.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A map in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Pairs<K, V>(pub(crate) Vec<(K, V)>);

impl<K, V> Default for Pairs<K, V> {
    fn default() -> Self {
        Pairs(Vec::new())
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Reader<K, V> {
            type Value = Pairs<K, V>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Reader(PhantomData))
    }
}

/// A text or a list of texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Texts;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// `yes` and `no`, which YAML 1.2 reads as texts, beside `true` and `false`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct YesNo(pub(crate) bool);

impl<'de> Deserialize<'de> for YesNo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = YesNo;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("yes or no")
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<YesNo, E> {
                Ok(YesNo(flag))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<YesNo, E> {
                match text {
                    "yes" | "true" => Ok(YesNo(true)),
                    "no" | "false" => Ok(YesNo(false)),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// `write`, or where it stands: dialect, then expression, then value.
#[derive(Clone, Debug)]
pub(crate) enum RawMode {
    /// The same in every dialect.
    Fixed(String),
    /// By an argument.
    ByArgument(Pairs<String, Pairs<String, Pairs<u64, String>>>),
}

impl<'de> Deserialize<'de> for RawMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = RawMode;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("read, write, or a map from dialect to argument to value")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawMode, E> {
                Ok(RawMode::Fixed(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawMode, A::Error> {
                Pairs::deserialize(de::value::MapAccessDeserializer::new(map)).map(RawMode::ByArgument)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// An item of a `stack:` list: a text, or a function with its module.
#[derive(Clone, Debug)]
pub(crate) struct RawItem {
    /// The functions.
    pub(crate) frame: String,
    /// Glob over the module.
    pub(crate) module: Option<String>,
}

impl<'de> Deserialize<'de> for RawItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Framed {
            frame: String,
            module: Option<String>,
        }
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = RawItem;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a function, or {frame: …, module: …}")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawItem, E> {
                Ok(RawItem { frame: text.to_owned(), module: None })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawItem, A::Error> {
                let framed = Framed::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(RawItem { frame: framed.frame, module: framed.module })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A wait kind.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawKind {
    /// Groups it is in.
    #[serde(default)]
    pub(crate) groups: Texts,
    /// Who must act.
    pub(crate) needs: String,
    /// What reports call such a wait.
    pub(crate) label: Option<String>,
    /// What reports call the object.
    pub(crate) thing: Option<String>,
    /// It can be held for reading by several, or for writing by one.
    #[serde(default)]
    pub(crate) shared: YesNo,
    /// A waiting reader also waits for a writer ahead of it.
    #[serde(default)]
    pub(crate) fair: YesNo,
    /// The kernel cannot tell what for.
    #[serde(default)]
    pub(crate) untyped: YesNo,
    /// How debuggers show an object of that kind.
    #[serde(default)]
    pub(crate) inspect: std::collections::BTreeMap<String, String>,
}

/// Functions that some dialects never print.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHidden {
    /// The dialects.
    pub(crate) dialects: Texts,
    /// The functions.
    pub(crate) functions: Texts,
}

/// An entry of `waits`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawWait {
    pub(crate) kind: String,
    pub(crate) functions: Texts,
    #[serde(default)]
    pub(crate) over: Texts,
    pub(crate) mode: Option<RawMode>,
    #[serde(default)]
    pub(crate) object: Pairs<String, Texts>,
    pub(crate) lock: Option<String>,
    #[serde(default)]
    pub(crate) otherwise: YesNo,
}

/// An entry of `holds`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHold {
    pub(crate) functions: Texts,
    pub(crate) kind: Option<String>,
    pub(crate) mode: Option<RawMode>,
    #[serde(default)]
    pub(crate) object: Pairs<String, Texts>,
    pub(crate) lock: Option<String>,
    pub(crate) known: Option<String>,
}

/// An entry of `idle`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawIdle {
    pub(crate) name: Option<Texts>,
    pub(crate) state: Option<Texts>,
    #[serde(default)]
    pub(crate) stack: Vec<RawItem>,
    #[serde(default)]
    pub(crate) without: Texts,
}

/// A vocabulary file.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFile {
    pub(crate) system: Option<String>,
    #[serde(default)]
    pub(crate) kinds: Pairs<String, RawKind>,
    #[serde(default)]
    pub(crate) suffixes: Texts,
    #[serde(default)]
    pub(crate) aliases: Pairs<String, Texts>,
    #[serde(default)]
    pub(crate) groups: Pairs<String, Texts>,
    #[serde(default)]
    pub(crate) plumbing: Texts,
    pub(crate) hidden: Option<RawHidden>,
    #[serde(default)]
    pub(crate) waits: Vec<RawWait>,
    #[serde(default)]
    pub(crate) holds: Vec<RawHold>,
    #[serde(default)]
    pub(crate) idle: Vec<RawIdle>,
    #[serde(default)]
    pub(crate) names: Texts,
    #[serde(default)]
    pub(crate) sizes: Pairs<String, u64>,
}
