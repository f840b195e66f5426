use super::*;

fn options(arguments: &[&str]) -> Options {
    Arguments::try_parse_from([&["local"], arguments].concat()).unwrap().into()
}

#[test]
fn the_defaults_keep_the_data_beside_the_template() {
    let default = options(&[]);
    assert_eq!((default.port, default.dynamodb_port), (3000, 8000));
    assert_eq!(default.data, Data::Directory(".local".into()));
    let elsewhere = options(&["--template", "a/b.yml"]);
    assert_eq!(elsewhere.data, Data::Directory("a/.local".into()));
    assert_eq!(elsewhere.endpoints, Some("a/.local/endpoints.json".into()));
    let ephemeral = options(&["--ephemeral"]);
    assert_eq!(ephemeral.data, Data::Memory);
    assert_eq!(ephemeral.endpoints, default.endpoints);
}

#[test]
fn parameters_are_names_and_values() {
    let options = options(&["--auth", "--param", "a=1", "--param", "b=c=d", "--param", "a=2", "--param", "e="]);
    let expected = [("a", "2"), ("b", "c=d"), ("e", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert!(options.auth);
    assert_eq!(options.params, expected.into());
    for bad in ["a", "=1", ""] {
        let error = Arguments::try_parse_from(["local", "--param", bad]).unwrap_err().to_string();
        assert!(error.contains("write it as name=value"), "{error}");
    }
}

#[test]
fn the_service_listens_where_it_is_told_to() {
    assert_eq!(options(&[]).host, Host::Localhost);
    assert_eq!(options(&["--host", "0.0.0.0"]).host, Host::Address([0, 0, 0, 0].into()));
    let error = Arguments::try_parse_from(["local", "--host", "example.com"]).unwrap_err().to_string();
    assert!(error.contains("write an address of this machine, or localhost"), "{error}");
}

#[test]
fn schedules_run_as_often_as_one_likes() {
    assert_eq!(options(&[]).schedule_every, None);
    assert_eq!(options(&["--schedules-every", "5"]).schedule_every, Some(Duration::from_secs(5)));
    assert_eq!(options(&["--schedules-every", "0.5"]).schedule_every, Some(Duration::from_millis(500)));
    for bad in ["0", "-1", "soon", "inf", "1e300"] {
        let argument = format!("--schedules-every={bad}");
        let error = Arguments::try_parse_from(["local", argument.as_str()]).unwrap_err().to_string();
        assert!(error.contains("write a number of seconds"), "{error}");
    }
}

#[test]
fn a_command_stands_alone() {
    assert!(Arguments::try_parse_from(["local", "token", "--sub", "alice", "--expires-in", "-60"]).is_ok());
    assert!(Arguments::try_parse_from(["local", "--auth", "token", "--sub", "alice"]).is_err());
    assert!(Arguments::try_parse_from(["local", "token"]).is_err());
}

#[test]
fn cargo_calls_its_subcommand_with_the_name_first() {
    let given = |arguments: &[&str]| {
        let arguments = command_line(arguments.iter().map(OsString::from));
        arguments.map(|argument| argument.into_string().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(given(&["cargo-local", "local", "--port", "1"]), ["cargo-local", "--port", "1"]);
    assert_eq!(given(&["cargo-local", "--port", "1"]), ["cargo-local", "--port", "1"]);
    assert_eq!(given(&["cargo-local", "--stage", "local"]), ["cargo-local", "--stage", "local"]);
    assert_eq!(given(&["cargo-local"]), ["cargo-local"]);
}

#[test]
fn an_unknown_option_is_a_usage_error() {
    let error = Arguments::try_parse_from(["local", "--prot", "1"]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("--port"), "{error}");
}
