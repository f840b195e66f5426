//! Function names of `Invoke`: the key in the template, the deployed name, or its ARN.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#lambda-Invoke-request-FunctionName>

use super::error::Refused;
use crate::project::template::{ACCOUNT, Template};

/// The functions of the service.
pub(super) struct Names {
    region: String,
    /// Key and deployed name.
    functions: Vec<(String, String)>,
}

/// The function that a name identifies.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub key: String,
    /// All versions and aliases are the same code here.
    pub qualifier: Option<String>,
}

/// The parts of a name or an ARN.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    region: Option<&'a str>,
    account: Option<&'a str>,
    name: &'a str,
    qualifier: Option<&'a str>,
}

impl Names {
    pub(super) fn new(template: &Template) -> Self {
        let functions = template.functions.iter().map(|function| (function.key.clone(), function.name.clone()));
        Self { region: template.region.clone(), functions: functions.collect() }
    }

    /// Finds a function by the name in the path and the `Qualifier` in the query.
    pub(super) fn find(&self, written: &str, beside: Option<&str>) -> Result<Target, Refused> {
        let Some(parts) = Parts::read(written) else { return Err(Refused::pattern("functionName")) };
        if !beside.is_none_or(is_qualifier) {
            return Err(Refused::pattern("qualifier"));
        }
        if parts.qualifier.is_some() && beside.is_some() && parts.qualifier != beside {
            return Err(Refused::qualifiers());
        }
        let qualifier = parts.qualifier.or(beside).map(ToOwned::to_owned);
        let (region, account) = (parts.region.unwrap_or(&self.region), parts.account.unwrap_or(ACCOUNT));
        let by_key = self.functions.iter().find(|(key, _)| key == parts.name);
        let found = by_key.or_else(|| self.functions.iter().find(|(_, name)| name == parts.name));
        let Some((key, _)) = found.filter(|_| region == self.region && account == ACCOUNT) else {
            let suffix = qualifier.map_or_else(String::new, |qualifier| format!(":{qualifier}"));
            let arn = format!("arn:aws:lambda:{region}:{account}:function:{}{suffix}", parts.name);
            return Err(Refused::not_found(&arn));
        };
        Ok(Target { key: key.clone(), qualifier })
    }
}

impl<'a> Parts<'a> {
    /// `None` where the name does not match the pattern in the API's model.
    fn read(written: &'a str) -> Option<Self> {
        let mut pieces: Vec<&str> = written.split(':').collect();
        if pieces.first() == Some(&"arn") {
            let is_lambda = pieces.len() > 3 && pieces[1].starts_with("aws") && pieces[2] == "lambda";
            pieces = is_lambda.then(|| pieces.split_off(3))?;
        }
        let mut leading = |is: &dyn Fn(&str) -> bool| {
            let first = pieces.first().copied().filter(|first| pieces.len() > 1 && is(first))?;
            pieces.remove(0);
            Some(first)
        };
        let region = leading(&is_region);
        let account = leading(&|piece| piece.len() == 12 && piece.bytes().all(|byte| byte.is_ascii_digit()));
        leading(&|piece| piece == "function");
        let (name, qualifier) = match pieces.as_slice() {
            [name] => (*name, None),
            [name, qualifier] if is_qualifier(qualifier) => (*name, Some(*qualifier)),
            _ => return None,
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        (!name.is_empty() && name.bytes().all(plain)).then_some(Self { region, account, name, qualifier })
    }
}

/// `us-east-1`, `us-gov-west-1`.
fn is_region(piece: &str) -> bool {
    let parts: Vec<&str> = piece.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.as_slice() {
        [words @ .., number] if words.len() >= 2 => {
            words[0].len() == 2
                && words.iter().all(letters)
                && number.len() == 1
                && number.as_bytes()[0].is_ascii_digit()
        }
        _ => false,
    }
}

fn is_qualifier(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text == "$LATEST" || ((1..=128).contains(&text.len()) && text.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_apis_pattern() {
        let parts = |region, account, name, qualifier| Some(Parts { region, account, name, qualifier });
        let (region, account) = (Some("us-east-1"), Some("000000000000"));
        for (written, expected) in [
            ("f", parts(None, None, "f", None)),
            ("f:live", parts(None, None, "f", Some("live"))),
            ("f:$LATEST", parts(None, None, "f", Some("$LATEST"))),
            ("function:f", parts(None, None, "f", None)),
            ("function", parts(None, None, "function", None)),
            ("000000000000:function:f", parts(None, account, "f", None)),
            ("arn:aws:lambda:us-east-1:000000000000:function:f", parts(region, account, "f", None)),
            ("arn:aws:lambda:us-east-1:000000000000:function:f:1", parts(region, account, "f", Some("1"))),
            (
                "arn:aws-us-gov:lambda:us-gov-west-1:000000000000:function:f",
                parts(Some("us-gov-west-1"), account, "f", None),
            ),
            ("", None),
            ("a b", None),
            ("f:", None),
            ("f:a:b", None),
            ("arn", None),
            ("arn:aws:sqs:us-east-1:000000000000:f", None),
            ("arn:aws:lambda", None),
            ("f/../g", None),
        ] {
            assert_eq!(Parts::read(written), expected, "{written}");
        }
    }
}
