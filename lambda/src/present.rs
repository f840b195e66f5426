//! Deserializer that distinguishes an absent field from one that is `null`.

use serde::{Deserialize, Deserializer};

/// For a field with `#[serde(default)]`: absent gives `None`, present gives `Some`, even for `null`. A type that does
/// not accept `null` refuses it.
///
/// # Errors
/// Those of `T`.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
