//! Telling an absent field from one that is `null`.

use serde::{Deserialize, Deserializer};

/// For a field with `#[serde(default)]`: absent is `None`, present is `Some`, even where it is `null`. A type that has
/// no `null` refuses it.
///
/// # Errors
/// Those of `T`.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
