//! serde deserializer of a tree: [`Reader`].

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserializer, Expected, Visitor};

use super::access::{Items, Members, Variant};
use super::error::Refusal;
use super::number::{self, Integer};
use super::wanted::UNFIT;
use super::{Node, discreet, stand_in, times, wanted};

/// Limit for recursive types, which could read stand-ins without end.
const DEEPEST: u8 = 150;

/// serde deserializer of a node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(super) node: &'a Node<'a>,
    depth: u8,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(root: &'a Node<'a>) -> Self {
        Self { node: root, depth: 0 }
    }

    /// The reader of a child node.
    pub(super) fn inner(self, node: &'a Node<'a>) -> Self {
        Self { node, depth: self.depth.saturating_add(1) }
    }

    /// The error of a value that has another type than `wanted`.
    #[cold]
    pub(super) fn unlike(self, wanted: &str) -> Refusal {
        let found = match self.node {
            Node::Flaw(rule) => return Refusal::rule(*rule),
            Node::Parameter(_) | Node::StandIn(_) => return Refusal::rule(format!("must be {wanted}")),
            Node::Null => "null",
            Node::Bool(_) => "a truth value",
            Node::Number(_) => "a number",
            Node::Text(_) => "a string",
            Node::Array(..) => "an array",
            Node::Object(_) => "an object",
        };
        Refusal::rule(format!("must be {wanted}, not {found}"))
    }

    /// The number as it is spelled in the document.
    fn number(self) -> Option<&'a str> {
        match self.node {
            Node::Number(text) => Some(text),
            Node::Parameter(text) => number::spelled(text),
            // A later try is 1, for types that do not accept 0.
            Node::StandIn(tried) => Some(if *tried == 0 { "0" } else { "1" }),
            _ => None,
        }
    }

    #[cold]
    fn no_integer(self, range: String) -> Refusal {
        match self.number().map(number::integer) {
            Some(Integer::IsNone) if matches!(self.node, Node::Number(_)) => {
                Refusal::rule("must be an integer, not a number with a fraction")
            }
            None | Some(Integer::IsNone) => self.unlike("an integer"),
            Some(Integer::Is(_) | Integer::TooLarge) => Refusal::rule(range),
        }
    }

    fn float(self, most: f64) -> Result<f64, Refusal> {
        let Some(text) = self.number() else { return Err(self.unlike("a number")) };
        match text.parse::<f64>() {
            Ok(number) if number.abs() <= most => Ok(number),
            _ => Err(Refusal::rule(format!("must be a number from {:e} to {most:e}", -most))),
        }
    }

    fn text(self) -> Option<&'a str> {
        match self.node {
            Node::Text(text) | Node::Parameter(text) => Some(text),
            Node::StandIn(tried) => Some(stand_in::text(*tried)),
            _ => None,
        }
    }

    fn items(self) -> Option<Items<'a>> {
        match self.node {
            Node::Array(items, _) => Some(Items::new(self, items)),
            Node::StandIn(_) => Some(Items::stand_ins(self, 0)),
            _ => None,
        }
    }

    fn tuple<V: Visitor<'a>>(self, length: usize, visitor: V) -> Result<V::Value, Refusal> {
        let items = match self.node {
            Node::Array(items, _) if items.len() == length => Items::new(self, items),
            Node::Array(items, _) => {
                return Err(Refusal::rule(format!("must be {}, not {}", wanted::of_length(length), items.len())));
            }
            Node::StandIn(_) => Items::stand_ins(self.shallow()?, length),
            _ => return Err(self.unlike(&wanted::of_length(length))),
        };
        visitor.visit_seq(items).map_err(Refusal::settled_here)
    }

    fn object<V: Visitor<'a>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Refusal> {
        let members = match self.node {
            Node::Object(members) => Members::new(self, fields, members),
            Node::StandIn(_) => Members::stand_ins(self.shallow()?, fields),
            _ => return Err(self.unlike("an object")),
        };
        visitor.visit_map(members).map_err(|refusal| refusal.settled_among(fields))
    }

    /// This reader, or an error where stand-ins are nested deeper than the limit.
    pub(super) fn shallow(self) -> Result<Self, Refusal> {
        if self.depth < DEEPEST { Ok(self) } else { Err(Refusal::rule(UNFIT)) }
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ty)*) => {$(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
            if let Some(Integer::Is(number)) = self.number().map(number::integer)
                && let Ok(number) = <$type>::try_from(number)
            {
                return visitor.$visit(number).map_err(Refusal::settled);
            }
            Err(self.no_integer(wanted::between(<$type>::MIN, <$type>::MAX)))
        }
    )*};
}

impl<'a> Deserializer<'a> for Reader<'a> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.node {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Text(text) | Node::Parameter(text) => visitor.visit_borrowed_str(text),
            Node::Array(items, copied) => {
                let wanted = (&visitor as &dyn Expected).to_string();
                if wanted.starts_with("internally tagged enum ") {
                    return Err(self.unlike("an object"));
                }
                copied.set(copied.get() || wanted == "any value");
                visitor.visit_seq(Items::new(self, items))
            }
            Node::Object(members) => visitor.visit_map(Members::new(self, &[], members)),
            Node::Flaw(rule) => Err(Refusal::rule(*rule)),
            Node::StandIn(tried) => stand_in::any(self.shallow()?, *tried, visitor),
            Node::Number(text) => match number::integer(text) {
                Integer::Is(number) if u64::try_from(number).is_ok() => {
                    visitor.visit_u64(u64::try_from(number).unwrap_or_default())
                }
                Integer::Is(number) if i64::try_from(number).is_ok() => {
                    visitor.visit_i64(i64::try_from(number).unwrap_or_default())
                }
                _ => visitor.visit_f64(self.float(f64::MAX)?),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let value = match self.node {
            Node::Bool(value) => Some(*value),
            Node::Parameter(text) => text.parse().ok(),
            Node::StandIn(_) => Some(false),
            _ => None,
        };
        let Some(value) = value else { return Err(self.unlike("true or false")) };
        visitor.visit_bool(value).map_err(Refusal::settled)
    }

    each_integer!(integers);

    fn deserialize_f32<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_f64(self.float(f32::MAX.into())?).map_err(Refusal::settled)
    }

    fn deserialize_f64<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_f64(self.float(f64::MAX)?).map_err(Refusal::settled)
    }

    fn deserialize_char<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let mut letters = match self.node {
            Node::StandIn(_) => "0".chars(),
            _ => self.text().ok_or_else(|| self.unlike("one character"))?.chars(),
        };
        match (letters.next(), letters.next()) {
            (Some(only), None) => visitor.visit_char(only).map_err(Refusal::settled),
            _ => Err(Refusal::rule("must be one character")),
        }
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let text = self.text().ok_or_else(|| self.unlike("a string"))?;
        if !matches!(self.node, Node::StandIn(_)) {
            times::check(text, &visitor)?;
        }
        visitor.visit_borrowed_str(text).map_err(Refusal::settled)
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.node {
            Node::Array(..) => self.deserialize_seq(visitor),
            _ => self.deserialize_str(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.node {
            Node::Null | Node::StandIn(_) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.node {
            Node::Null | Node::StandIn(_) => visitor.visit_unit().map_err(Refusal::settled),
            _ => Err(self.unlike("null")),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'a>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, name: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        discreet::note(name);
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let items = self.items().ok_or_else(|| self.unlike("an array"))?;
        visitor.visit_seq(items).map_err(Refusal::settled_here)
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, length: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.tuple(length, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.object(&[], visitor)
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.object(fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_enum(Variant::new(self, variants)?).map_err(Refusal::settled_here)
    }

    fn deserialize_identifier<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Refusal> {
        BorrowedStrDeserializer::new("").deserialize_ignored_any(visitor)
    }
}
