//! The list of functions, and their variables.

use super::super::{Given, Template, yaml};
use super::{SERVICE, read};

#[test]
fn functions_may_be_a_list_of_maps_some_of_which_are_there_by_a_parameter() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("more.yml"), "functions: { more: { handler: more } }\n").unwrap();
    let text = "
service: shop
params: { default: { webhook: none } }
custom: { map: { none: { functions: {} } }, nothing: null }
functions:
  - one: { handler: one }
  - ${self:custom.map.${param:webhook}.functions, file(more.yml):functions}
  - null
  - ${self:custom.nothing, null}
  - {}
";
    let keys = |webhook: Option<&str>| {
        let params = webhook.map(|value| ("webhook".to_owned(), value.to_owned())).into_iter().collect();
        let given = Given { params, ..Given::default() };
        let template = Template::read(yaml::parse(text).unwrap(), directory.path(), given, [].into()).unwrap();
        template.functions.into_iter().map(|function| function.key).collect::<Vec<_>>()
    };
    assert_eq!(keys(None), ["one"]);
    for address in [
        "http://127.0.0.1:9000/hook",
        "https://user@host:9000/a.b/c?d=e,f&g={h}#(i)'j'",
        "https://h/${x}",
        "https://h/\"q\"",
    ] {
        assert_eq!(keys(Some(address)), ["more", "one"], "{address}");
    }
}

#[test]
fn a_dynamic_reference_in_a_variable_is_the_name_of_its_secret() {
    for reference in [
        r#""{{resolve:secretsmanager:whsec_abc}}""#,
        r#"{ Fn::Join: ["", ["{{resolve:secretsmanager:", whsec_abc, "}}"]] }"#,
        r#"!Sub ["{{resolve:secretsmanager:${Name}:SecretString:key}}", { Name: whsec_abc }]"#,
    ] {
        let text = SERVICE.replacen("!GetAtt Table.Arn", reference, 1);
        let template = read(&text, None).unwrap_or_else(|error| panic!("{reference}: {error}"));
        assert_eq!(template.functions[0].environment["EXTRA"], "whsec_abc", "{reference}");
    }
}
