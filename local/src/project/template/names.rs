//! The functions' names, which resources refer to.

use serde_json::Value;

use super::TemplateError;
use super::variables::Variables;

/// A function's key in the template, and its deployed name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FunctionName {
    pub key: String,
    pub name: String,
}

impl FunctionName {
    /// The logical id of its resource:
    /// <https://www.serverless.com/framework/docs/providers/aws/guide/resources#aws-cloudformation-resource-reference>.
    pub(super) fn logical_id(&self) -> String {
        let name = self.key.replace('-', "Dash").replace('_', "Underscore");
        let mut characters = name.chars();
        let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
        format!("{first}{}LambdaFunction", characters.as_str())
    }
}

/// The names of all functions. Without one of its own, a function is `<stack>-<key>`.
pub(super) fn read(variables: &Variables, stack: &str) -> Result<Vec<FunctionName>, TemplateError> {
    let functions = variables.members("functions")?.into_iter().map(|(key, value)| {
        let place = format!("functions.{key}");
        let name = variables.map(value, &place)?.remove("name").unwrap_or_default();
        let name = match variables.resolve(&name, &format!("{place}.name"))? {
            Value::String(name) => name,
            _ => format!("{stack}-{key}"),
        };
        Ok(FunctionName { key, name })
    });
    functions.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logical_id_is_the_frameworks() {
        for (key, expected) in [
            ("deliverWebhooks", "DeliverWebhooksLambdaFunction"),
            ("a-b_c", "ADashbUnderscorecLambdaFunction"),
            ("", "LambdaFunction"),
        ] {
            let name = FunctionName { key: key.into(), name: String::new() };
            assert_eq!(name.logical_id(), expected);
        }
    }
}
