//! `AWS::Events::Rule` with SQS targets:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html>.

use serde_json::{Map, Value};

use super::intrinsics::Intrinsics;
use super::resources::{QUEUE, RULE, Resources};
use super::{TemplateError, queues};
use crate::base::pattern::Pattern;

/// The bus of every account.
pub(crate) const DEFAULT_BUS: &str = "default";

/// A rule of a bus.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub name: String,
    pub bus: String,
    pub pattern: Pattern,
    pub targets: Vec<Target>,
}

/// A target queue, and the input of its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub queue: String,
    pub input: Input,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    Event,
    /// The value at this path of the event.
    Path(Vec<String>),
    Constant(String),
}

/// Reads the enabled rules. Parts that do not run here become notices.
pub(super) fn read(
    resources: &Resources,
    intrinsics: &Intrinsics<'_>,
    buses: &[String],
    notices: &mut Vec<String>,
) -> Result<Vec<Rule>, TemplateError> {
    let queues = intrinsics.names(QUEUE)?;
    let mut rules = Vec::new();
    for (id, resource) in resources.of_kind(RULE) {
        let reader = Reader { intrinsics, place: format!("resources.Resources.{id}.Properties"), queues: &queues };
        let name = intrinsics.name_of(id, resource)?;
        rules.extend(reader.rule(&name, &resource.properties, buses, notices)?);
    }
    Ok(rules)
}

struct Reader<'a> {
    intrinsics: &'a Intrinsics<'a>,
    place: String,
    queues: &'a [String],
}

impl Reader<'_> {
    fn rule(
        &self,
        name: &str,
        properties: &Map<String, Value>,
        buses: &[String],
        notices: &mut Vec<String>,
    ) -> Result<Option<Rule>, TemplateError> {
        let member = |member: &str| match properties.get(member) {
            Some(value) => self.intrinsics.resolve(value, &format!("{}.{member}", self.place)),
            None => Ok(Value::Null),
        };
        if member("State")? == "DISABLED" {
            return Ok(None);
        }
        let mut leave = |why: &str| {
            notices.push(format!("the rule `{name}` does nothing on one machine: {why}"));
            Ok(None)
        };
        let pattern = match member("EventPattern")? {
            Value::Null => return leave("it has no `EventPattern`"),
            Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
            pattern => pattern,
        };
        let pattern = match Pattern::parse(&pattern) {
            Ok(pattern) => pattern,
            Err(reason) => return leave(&format!("its `EventPattern` {reason}")),
        };
        let bus = match member("EventBusName")? {
            Value::String(text) => text.rsplit(":event-bus/").next().unwrap_or_default().to_owned(),
            _ => DEFAULT_BUS.to_owned(),
        };
        if bus != DEFAULT_BUS && !buses.contains(&bus) {
            return leave(&format!("the event bus `{bus}` is not among the resources"));
        }
        let mut targets = Vec::new();
        for target in properties.get("Targets").and_then(Value::as_array).into_iter().flatten() {
            match self.target(target) {
                Ok(target) => targets.push(target),
                Err(why) => {
                    let id = target["Id"].as_str().unwrap_or_default();
                    notices.push(format!("the rule `{name}` does not reach its target `{id}` on one machine: {why}"));
                }
            }
        }
        Ok(Some(Rule { name: name.to_owned(), bus, pattern, targets }))
    }

    /// An error is the reason why the target does not run here. A value that cannot be resolved may exist in the cloud.
    fn target(&self, target: &Value) -> Result<Target, String> {
        let arn = self.intrinsics.resolve(&target["Arn"], &self.place);
        let arn = arn.ok().and_then(|arn| arn.as_str().map(ToOwned::to_owned)).unwrap_or_default();
        let queue = queues::named_by(&arn, self.queues).ok_or("it is no queue of the template")?;
        let given = |member: &str| target.get(member).filter(|value| !value.is_null());
        if given("InputTransformer").is_some() {
            return Err("it has an `InputTransformer`".to_owned());
        }
        let text = |value: &Value| {
            let value = self.intrinsics.resolve(value, &self.place);
            value.ok().and_then(|value| value.as_str().map(ToOwned::to_owned))
        };
        let input = match (given("Input"), given("InputPath")) {
            (Some(input), _) => Input::Constant(text(input).ok_or("its `Input` is no text")?),
            (None, Some(path)) => {
                text(path).as_deref().and_then(path_of).ok_or("its `InputPath` is not like `$.detail`")?
            }
            (None, None) => Input::Event,
        };
        Ok(Target { queue: queue.to_owned(), input })
    }
}

/// Parses `$.detail.thing`. `$` is the whole event.
fn path_of(text: &str) -> Option<Input> {
    let rest = text.strip_prefix('$')?;
    if rest.is_empty() {
        return Some(Input::Event);
    }
    let names: Vec<String> = rest.strip_prefix('.')?.split('.').map(ToOwned::to_owned).collect();
    let plain = |name: &String| !name.is_empty() && !name.contains(['[', ']', '*', '?']);
    names.iter().all(plain).then_some(Input::Path(names))
}
