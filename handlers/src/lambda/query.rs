//! The query of a request.

use garde::Validate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::problem::common;
use super::repair::{self, Strings};
use super::{Contract, FromRequest, Part, Rejection, Request};
use crate::booking::Fault;

/// The query, read into a struct with a field for each parameter and validated. A parameter that is unknown, is given
/// twice or breaks a rule is a 422 that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate<Context = ()> + JsonSchema> FromRequest for Query<T> {
    const WHOLE: Option<Part> = Some(Part::QueryString);

    fn find(request: &mut Request) -> Result<Option<Self>, Rejection> {
        let mut values = Map::new();
        let mut twice = Vec::new();
        for (name, value) in request.query() {
            if values.contains_key(&name) {
                twice.push(Fault::new(name.clone(), "is given twice"));
            }
            values.insert(name, Value::String(value));
        }
        if !twice.is_empty() {
            return Err(common::invalid(twice).into());
        }
        match repair::read(Value::Object(values), Strings::MaySpellValues) {
            Ok(value) => Ok(Some(Self(value))),
            Err(mut faults) => {
                // A parameter has a name, not a place in a document.
                for fault in &mut faults {
                    fault.pointer = fault.pointer.trim_start_matches('/').to_owned();
                }
                Err(common::invalid(faults).into())
            }
        }
    }

    fn missing() -> Rejection {
        common::problem(common::INVALID).into()
    }

    fn describe(contract: &mut Contract, _required: bool) {
        let schema = contract.taken::<T>();
        contract.query(&schema);
        contract.problems([common::INVALID]);
    }
}
