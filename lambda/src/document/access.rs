//! serde's access to the contents of arrays, objects and enums.

use std::borrow::Cow;
use std::slice::Iter;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::error::Refusal;
use super::name::Name;
use super::{Node, Reader, wanted};

/// The values of an array.
pub(super) struct Items<'a> {
    reader: Reader<'a>,
    own: Iter<'a, (usize, Node<'a>)>,
    /// How many values of a stand-in are left to read.
    more: usize,
}

impl<'a> Items<'a> {
    pub(super) fn new(reader: Reader<'a>, items: &'a [(usize, Node<'a>)]) -> Self {
        Self { reader, own: items.iter(), more: 0 }
    }

    pub(super) fn stand_ins(reader: Reader<'a>, more: usize) -> Self {
        Self { reader, own: [].iter(), more }
    }
}

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = Refusal;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Refusal> {
        if let Some((index, node)) = self.own.next() {
            let value = seed.deserialize(self.reader.inner(node));
            return value.map(Some).map_err(|refusal| refusal.within(*index));
        }
        if self.more == 0 {
            return Ok(None);
        }
        self.more -= 1;
        seed.deserialize(self.reader.inner(self.reader.node)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.own.len() + self.more)
    }
}

/// The members of an object.
pub(super) struct Members<'a> {
    reader: Reader<'a>,
    own: Iter<'a, (Cow<'a, str>, Node<'a>)>,
    /// The names of the struct's fields; none where a map is read.
    known: &'static [&'static str],
    /// The members of a stand-in that are left to read.
    fields: Iter<'static, &'static str>,
    value: Option<(&'a str, &'a Node<'a>)>,
}

impl<'a> Members<'a> {
    pub(super) fn new(
        reader: Reader<'a>,
        known: &'static [&'static str],
        members: &'a [(Cow<'a, str>, Node<'a>)],
    ) -> Self {
        Self { reader, own: members.iter(), known, fields: [].iter(), value: None }
    }

    pub(super) fn stand_ins(reader: Reader<'a>, fields: &'static [&'static str]) -> Self {
        Self { reader, own: [].iter(), known: fields, fields: fields.iter(), value: None }
    }
}

impl<'a> MapAccess<'a> for Members<'a> {
    type Error = Refusal;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Refusal> {
        let member = self.own.next().map(|(name, node)| (&**name, node));
        self.value = member.or_else(|| self.fields.next().map(|name| (*name, self.reader.node)));
        let Some((name, _)) = self.value else { return Ok(None) };
        seed.deserialize(Name(name)).map(Some).map_err(|refusal| refusal.of_name(name))
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Refusal> {
        // serde reads a value only after its name.
        let Some((name, node)) = self.value.take() else { return Err(self.reader.unlike("an object")) };
        seed.deserialize(self.reader.inner(node)).map_err(|refusal| refusal.within_name(name, self.known))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.own.len() + self.fields.len())
    }
}

/// The variant of an enum: a string, or an object whose only member is named like the variant.
pub(super) struct Variant<'a> {
    reader: Reader<'a>,
    name: &'a str,
    known: &'static [&'static str],
    content: Option<&'a Node<'a>>,
}

impl<'a> Variant<'a> {
    pub(super) fn new(reader: Reader<'a>, variants: &'static [&'static str]) -> Result<Self, Refusal> {
        let known = variants;
        match reader.node {
            Node::Text(name) | Node::Parameter(name) => Ok(Self { reader, name, known, content: None }),
            Node::Object(members) => match members.as_slice() {
                [(name, content)] => Ok(Self { reader, name, known, content: Some(content) }),
                _ => Err(Refusal::rule(format!("must have one member, named {}", wanted::listed(variants)))),
            },
            Node::StandIn(tried) if !variants.is_empty() => {
                let name = variants[usize::from(*tried) % variants.len()];
                Ok(Self { reader: reader.shallow()?, name, known, content: Some(reader.node) })
            }
            _ => Err(reader.unlike(&wanted::listed(variants))),
        }
    }
}

impl<'a> EnumAccess<'a> for Variant<'a> {
    type Error = Refusal;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self), Refusal> {
        seed.deserialize(Name(self.name)).map(|variant| (variant, self)).map_err(Refusal::settled)
    }
}

impl<'a> Variant<'a> {
    /// The variant's content.
    fn content(&self) -> Result<Reader<'a>, Refusal> {
        match self.content {
            Some(content) => Ok(self.reader.inner(content)),
            None => Err(self.refused("must be an object with the member")),
        }
    }

    /// An error that names the variant, if it is one of the type's own. Where `#[serde(other)]` reads any name, the name is the
    /// document's.
    fn refused(&self, rule: &str) -> Refusal {
        if self.known.contains(&self.name) {
            Refusal::rule(format!("{rule} `{}`", self.name))
        } else {
            Refusal::rule(wanted::UNFIT)
        }
    }

    fn read<T>(&self, read: impl FnOnce(Reader<'a>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        read(self.content()?).map_err(|refusal| match self.reader.node {
            Node::StandIn(_) => refusal,
            _ => refusal.within_name(self.name, self.known),
        })
    }
}

impl<'a> VariantAccess<'a> for Variant<'a> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        match self.content {
            None | Some(Node::Null | Node::StandIn(_)) => Ok(()),
            Some(_) => Err(self.refused("must be the string")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, Refusal> {
        self.read(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'a>>(self, length: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.read(|content| content.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'a>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Refusal> {
        self.read(|content| content.deserialize_struct("", fields, visitor))
    }
}
