//! Extractor of the query: [`Query`].

use garde::Validate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::document::{Node, pointer};
use super::problem::common;
use super::{Contract, FromRequest, Part, Rejection, Request, repair};

/// The query, read into a struct with one field per parameter and validated. A parameter that is unknown, repeated or
/// invalid is answered with a 422 that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate<Context = ()> + JsonSchema> FromRequest for Query<T> {
    const WHOLE: Option<Part> = Some(Part::QueryString);

    fn find(request: &mut Request) -> Result<Option<Self>, Rejection> {
        match repair::read(Node::of_query(request.query())) {
            Ok(value) => Ok(Some(Self(value))),
            Err(mut faults) => {
                // A fault in a query names the parameter instead of a JSON pointer.
                for fault in &mut faults {
                    let name = pointer::tokens(&fault.pointer).next().unwrap_or_default().into_owned();
                    fault.pointer = name;
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
