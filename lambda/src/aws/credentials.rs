//! Credentials of the function's role, which Lambda sets in the environment
//! (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>).
//!
//! `aws-config` reads them too, but brings the SDK of STS and an XML parser into the build of every function.

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

/// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
#[derive(Debug)]
pub(super) struct EnvironmentCredentials;

impl ProvideCredentials for EnvironmentCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(read(|name| std::env::var(name).ok()))
    }
}

fn read(variable: impl Fn(&str) -> Option<String>) -> provider::Result {
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let required = |name: &str| {
        set(name).ok_or_else(|| CredentialsError::not_loaded(format!("the environment variable {name} is not set")))
    };
    let mut credentials = Credentials::builder()
        .access_key_id(required("AWS_ACCESS_KEY_ID")?)
        .secret_access_key(required("AWS_SECRET_ACCESS_KEY")?)
        .provider_name("Environment");
    credentials.set_session_token(set("AWS_SESSION_TOKEN"));
    Ok(credentials.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> provider::Result {
        read(|name| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()))
    }

    const KEY: (&str, &str) = ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    const SECRET: (&str, &str) = ("AWS_SECRET_ACCESS_KEY", "secret");

    #[test]
    fn the_roles_credentials_are_those_of_the_environment() {
        let credentials = of(&[KEY, SECRET, ("AWS_SESSION_TOKEN", "token")]).unwrap();
        assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
        assert_eq!(credentials.secret_access_key(), "secret");
        assert_eq!(credentials.session_token(), Some("token"));
        assert_eq!(credentials.expiry(), None);
    }

    #[test]
    fn a_key_without_a_session_is_used_as_it_is() {
        assert_eq!(of(&[KEY, SECRET]).unwrap().session_token(), None);
        assert_eq!(of(&[KEY, SECRET, ("AWS_SESSION_TOKEN", " ")]).unwrap().session_token(), None);
    }

    #[test]
    fn credentials_that_are_not_set_are_named() {
        for variables in [&[SECRET][..], &[KEY], &[KEY, ("AWS_SECRET_ACCESS_KEY", "")], &[]] {
            let error = of(variables).unwrap_err();
            assert!(matches!(error, CredentialsError::CredentialsNotLoaded(_)), "{error:?}");
        }
        let source = |error: CredentialsError| std::error::Error::source(&error).map(ToString::to_string);
        assert_eq!(
            source(of(&[KEY]).unwrap_err()).as_deref(),
            Some("the environment variable AWS_SECRET_ACCESS_KEY is not set")
        );
    }
}
