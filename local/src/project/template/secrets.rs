//! `CloudFormation`'s dynamic references to secrets and parameters. There is no Secrets Manager on one machine: the value of
//! a secret is its name.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>

const OPENING: &str = "{{resolve:";
const CLOSING: &str = "}}";

/// Replaces the references in a text: `{{resolve:secretsmanager:name:SecretString:key}}` becomes `name`.
pub(super) fn resolve(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPENING) {
        out.push_str(before);
        let named = after.split_once(CLOSING).and_then(|(reference, after)| Some((name(reference)?, after)));
        let (text, after) = named.unwrap_or((OPENING, after));
        out.push_str(text);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The name in `secretsmanager:name:...`. An ARN of a secret has colons of its own, and the name at its end.
fn name(reference: &str) -> Option<&str> {
    let (service, id) = reference.split_once(':')?;
    if !["secretsmanager", "ssm", "ssm-secure"].contains(&service) {
        return None;
    }
    let place = if service == "secretsmanager" && id.starts_with("arn:") { 6 } else { 0 };
    id.split(':').nth(place).map(str::trim).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn the_value_of_a_secret_is_its_name() {
        for (text, expected) in [
            ("{{resolve:secretsmanager:whsec_abc}}", "whsec_abc"),
            ("{{resolve:secretsmanager:whsec_a+b/c=}}", "whsec_a+b/c="),
            ("{{resolve:secretsmanager:name:SecretString:key:AWSCURRENT}}", "name"),
            (
                "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-central-1:1:secret:name-AbCdEf:SecretString:key}}",
                "name-AbCdEf",
            ),
            ("{{resolve:ssm:/shop/token:3}}", "/shop/token"),
            ("a {{resolve:ssm-secure:one}} and {{resolve:secretsmanager:two}}.", "a one and two."),
        ] {
            assert_eq!(resolve(text), expected, "{text}");
        }
    }

    #[test]
    fn another_text_stays_as_it_is() {
        for text in [
            "",
            "{{resolve:secretsmanager:open",
            "{{resolve:secretsmanager:}}",
            "{{resolve:other:name}}",
            "{{resolve:secretsmanager}}",
            "{{other}}",
        ] {
            assert_eq!(resolve(text), text);
        }
    }
}
