//! Deserializer of a member's name, for map keys and variants.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::error::Refusal;
use super::number::{self, Integer};
use super::{times, wanted};

/// The name of a member or of a variant: read as a string, or as the number or boolean that it spells.
#[derive(Clone, Copy)]
pub(super) struct Name<'a>(pub(super) &'a str);

macro_rules! integers {
    ($($method:ident $visit:ident $type:ty)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            if let Some(Integer::Is(number)) = number::spelled(self.0).map(number::integer)
                && let Ok(number) = <$type>::try_from(number)
            {
                return visitor.$visit(number);
            }
            Err(Refusal::rule(wanted::between(<$type>::MIN, <$type>::MAX)))
        }
    )*};
}

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        times::check(self.0, &visitor)?;
        visitor.visit_borrowed_str(self.0)
    }

    each_integer!(integers);

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.parse() {
            Ok(value) => visitor.visit_bool(value),
            Err(_) => Err(Refusal::rule("must be true or false")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.0))
    }

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
