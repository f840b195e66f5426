//! `custom.local.optional`: binaries that are the handler of no function unless a parameter asks for it.
//!
//! ```yaml
//! custom:
//!   local:
//!     optional: [deliver_webhooks]
//! ```

use std::collections::BTreeSet;

use serde_json::Value;

use super::TemplateError;
use super::variables::Variables;

const PLACE: &str = "custom.local.optional";

pub(super) fn read(variables: &Variables) -> Result<BTreeSet<String>, TemplateError> {
    let names = match variables.get(PLACE)? {
        Value::Null => return Ok(BTreeSet::new()),
        Value::Array(names) => names,
        _ => return Err(TemplateError::at(PLACE, "is no list of binaries")),
    };
    let name = |(index, name): (usize, &Value)| match name {
        Value::String(name) if !name.is_empty() => Ok(name.clone()),
        _ => Err(TemplateError::at(format!("{PLACE}[{index}]"), "is no name of a binary")),
    };
    names.iter().enumerate().map(name).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Given;
    use super::*;

    fn optional(list: &Value) -> Result<Vec<String>, String> {
        let document = json!({ "custom": { "local": { "optional": list } } });
        let variables = Variables::new(document, ".".into(), Given::default(), [].into()).unwrap();
        read(&variables).map(Vec::from_iter).map_err(|error| error.to_string())
    }

    #[test]
    fn optional_binaries_are_a_list_of_names() {
        assert_eq!(optional(&Value::Null), Ok(vec![]));
        assert_eq!(optional(&json!(["send_mails", "bill"])), Ok(vec!["bill".to_owned(), "send_mails".to_owned()]));
        assert!(optional(&json!("bill")).unwrap_err().contains("`custom.local.optional` is no list"));
        for wrong in [json!(5), json!(""), json!(null)] {
            assert!(optional(&json!(["bill", wrong])).unwrap_err().contains("`custom.local.optional[1]`"));
        }
    }
}
