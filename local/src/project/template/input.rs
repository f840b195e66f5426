//! The input that a rule gives to its target: the event, a part of it, or a text.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html>

use std::collections::BTreeMap;

use serde_json::Value;

use crate::base::json_path::JsonPath;
use crate::base::transformer::Transformer;

/// The input of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    Event,
    /// The value at this path of the event.
    Path(JsonPath),
    Constant(String),
    Transformed(Transformer),
}

/// The names of the members. A rule's resource and a function's event spell them differently.
pub(super) struct Names {
    pub input: &'static str,
    pub path: &'static str,
    pub transformer: &'static str,
    pub paths_map: &'static str,
    pub template: &'static str,
}

/// Those of `AWS::Events::Rule`.
pub(super) const RESOURCE: Names = Names {
    input: "Input",
    path: "InputPath",
    transformer: "InputTransformer",
    paths_map: "InputPathsMap",
    template: "InputTemplate",
};

/// Those of `eventBridge` events.
pub(super) const EVENT: Names = Names {
    input: "input",
    path: "inputPath",
    transformer: "inputTransformer",
    paths_map: "inputPathsMap",
    template: "inputTemplate",
};

/// Reads the input from the members of a target, whose intrinsic functions are resolved. An error is a member and what is
/// wrong with it.
pub(super) fn read(target: &Value, names: &Names) -> Result<Input, (&'static str, String)> {
    let given = |name: &str| target.get(name).filter(|value| !value.is_null());
    let inputs = [names.input, names.path, names.transformer];
    if inputs.iter().filter(|name| given(name).is_some()).count() > 1 {
        let reason = format!("stands beside another one; only one of {} is allowed", inputs.join(", "));
        return Err((names.input, reason));
    }
    if let Some(input) = given(names.input) {
        return match input {
            Value::String(text) => Ok(Input::Constant(text.clone())),
            Value::Object(_) => Ok(Input::Constant(input.to_string())),
            _ => Err((names.input, "is no text".to_owned())),
        };
    }
    if let Some(path) = given(names.path) {
        return match path.as_str().and_then(JsonPath::parse) {
            Some(path) if path == JsonPath::default() => Ok(Input::Event),
            Some(path) => Ok(Input::Path(path)),
            None => Err((names.path, "is not like `$.detail`".to_owned())),
        };
    }
    let Some(transformer) = given(names.transformer) else { return Ok(Input::Event) };
    let fault = |reason: String| (names.transformer, reason);
    let Some(template) = transformer.get(names.template).and_then(Value::as_str) else {
        return Err(fault(format!("needs `{}`, a text", names.template)));
    };
    let mut paths = BTreeMap::new();
    for (name, path) in transformer.get(names.paths_map).and_then(Value::as_object).into_iter().flatten() {
        let path = path.as_str().ok_or_else(|| fault(format!("takes `{name}` from {path}, which is no path")))?;
        paths.insert(name.clone(), path.to_owned());
    }
    Transformer::parse(&paths, template).map(Input::Transformed).map_err(fault)
}
