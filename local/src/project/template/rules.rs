//! `AWS::Events::Rule` with queues and functions as targets:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html>.

use serde_json::{Map, Value};

use super::input::{self, Input};
use super::intrinsics::Intrinsics;
use super::resources::{RULE, Resources};
use super::{Queue, TemplateError, queues};
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

/// A target, and its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub receiver: Receiver,
    pub input: Input,
    /// The queue for events that do not reach the target.
    pub dead_letters: Option<String>,
}

/// The queue or the function that is a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Receiver {
    Queue {
        name: String,
        /// The message group, in a FIFO queue.
        group: Option<String>,
    },
    /// A function, by its key.
    Function(String),
}

/// Reads the enabled rules. Parts that do not run here become notices.
pub(super) fn read(
    resources: &Resources,
    intrinsics: &Intrinsics<'_>,
    buses: &[String],
    queues: &[Queue],
    notices: &mut Vec<String>,
) -> Result<Vec<Rule>, TemplateError> {
    let mut rules = Vec::new();
    for (id, resource) in resources.of_kind(RULE) {
        let reader = Reader { intrinsics, place: format!("resources.Resources.{id}.Properties"), queues };
        let name = intrinsics.name_of(id, resource)?;
        rules.extend(reader.rule(&name, &resource.properties, buses, notices)?);
    }
    Ok(rules)
}

/// The name of a bus, from its name or its ARN.
pub(super) fn bus_name(text: &str) -> &str {
    text.rsplit(":event-bus/").next().unwrap_or_default()
}

struct Reader<'a> {
    intrinsics: &'a Intrinsics<'a>,
    place: String,
    queues: &'a [Queue],
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
            Value::String(text) => bus_name(&text).to_owned(),
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
        let receiver = match self.text(&target["Arn"]) {
            Some(arn) => self.receiver(&arn, target)?,
            None => return Err(NO_TARGET.to_owned()),
        };
        let given = |name: &str| target.get(name).filter(|value| !value.is_null());
        // Its own members alone: others, such as a role, may exist in the cloud only.
        let mut members = Map::new();
        for name in [input::RESOURCE.input, input::RESOURCE.path, input::RESOURCE.transformer] {
            let Some(written) = given(name) else { continue };
            let value = self.intrinsics.resolve(written, &self.place);
            members.insert(name.to_owned(), value.map_err(|_| format!("its `{name}` is known in the cloud only"))?);
        }
        let input = input::read(&Value::Object(members), &input::RESOURCE);
        let input = input.map_err(|(member, reason)| format!("its `{member}` {reason}"))?;
        let dead_letters = given("DeadLetterConfig").and_then(|config| self.text(&config["Arn"]));
        let names = self.names();
        let dead_letters = dead_letters.as_deref().and_then(|arn| queues::named_by(arn, &names)).map(ToOwned::to_owned);
        Ok(Target { receiver, input, dead_letters })
    }

    fn receiver(&self, arn: &str, target: &Value) -> Result<Receiver, String> {
        if let Some(key) = self.intrinsics.function_of(arn) {
            return Ok(Receiver::Function(key.to_owned()));
        }
        let name = queues::named_by(arn, &self.names()).ok_or(NO_TARGET)?.to_owned();
        let group = self.text(&target["SqsParameters"]["MessageGroupId"]);
        if group.is_none() && self.queues.iter().any(|queue| queue.name == name && queue.fifo.is_some()) {
            return Err("it is a FIFO queue, which needs `SqsParameters` with a `MessageGroupId`".to_owned());
        }
        Ok(Receiver::Queue { name, group })
    }

    fn names(&self) -> Vec<String> {
        self.queues.iter().map(|queue| queue.name.clone()).collect()
    }

    fn text(&self, value: &Value) -> Option<String> {
        self.intrinsics.resolve(value, &self.place).ok()?.as_str().map(ToOwned::to_owned)
    }
}

const NO_TARGET: &str = "it is no queue and no function of the template";
