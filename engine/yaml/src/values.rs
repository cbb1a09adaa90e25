//! A tree as the source of any type that serde can read.
//!
//! A scalar without a wanted type is a text: who wants a number or a flag asks for one.

use crate::{Content, Node};
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;

/// Why a tree is not what was wanted.
#[derive(Clone, Debug)]
pub struct Unfit(String);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

impl de::Error for Unfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Unfit(message.to_string())
    }
}

/// A scalar, as a key or as a value.
struct Word<'de>(&'de str);

impl<'de> Deserializer<'de> for Word<'de> {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0.parse() {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Unfit> for Word<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> IntoDeserializer<'de, Unfit> for &'de Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match &self.content {
            Content::Map(entries) => {
                visitor.visit_map(MapDeserializer::new(entries.iter().map(|(key, node)| (Word(&key.text), node))))
            }
            Content::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            Content::Scalar(..) => match self.text() {
                Some(text) => Word(text).deserialize_any(visitor),
                None => visitor.visit_unit(),
            },
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.text() {
            Some(text) => Word(text).deserialize_u64(visitor),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.text() {
            Some(text) => Word(text).deserialize_bool(visitor),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if matches!(self.content, Content::Scalar(..)) && self.text().is_none() {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use crate::parse;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        name: String,
        sizes: BTreeMap<u64, u64>,
        flag: bool,
        none: Option<String>,
        some: Option<String>,
        #[serde(default)]
        list: Vec<String>,
    }

    #[test]
    fn a_tree_is_read_as_the_type_that_is_wanted() {
        let text = "name: 12\nsizes: {8: 16}\nflag: true\nnone: ~\nsome: no\nlist: [a, '1']\n";
        let tree = parse(text).expect("YAML");
        let wanted = Wanted {
            name: "12".into(),
            sizes: BTreeMap::from([(8, 16)]),
            flag: true,
            none: None,
            some: Some("no".into()),
            list: vec!["a".into(), "1".into()],
        };
        assert_eq!(Wanted::deserialize(&tree).expect("it fits"), wanted);
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let told = |text: &str| Wanted::deserialize(&parse(text).expect("YAML")).expect_err("it does not").to_string();
        assert!(told("name: x\nother: 1").contains("unknown field `other`"));
        assert!(told("name: [x]").contains("expected a string"));
        assert!(told("name: x\nsizes: {8: y}").contains("y"));
    }
}
