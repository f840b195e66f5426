//! The init phase: builds the values that handlers borrow, once, before the first request.

use std::fmt;
use std::future::Future;

/// A value that is built once in the init phase and lent to every invocation as `&T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be borrowed by a handler",
    label = "a borrowed argument is built once, in the init phase; this type does not say how",
    note = "implement `lambda::Init` for `{Self}`, or take the argument by value if it belongs to the request"
)]
pub trait Init: Sized + Send + Sync + 'static {
    /// The environment variables that [`init`](Self::init) requires, so that a test can compare them with
    /// `serverless.yml`.
    const VARIABLES: &'static [&'static str] = &[];

    /// Builds the value.
    ///
    /// # Errors
    /// When the function cannot work at all, for example without a required variable. The process then ends, and Lambda
    /// reports the failed init.
    fn init() -> impl Future<Output = Result<Self, InitError>> + Send;
}

/// Why a function cannot start.
#[derive(Debug)]
pub struct InitError(String);

impl InitError {
    /// Creates an error from a sentence that says what is missing or wrong, and how to fix it.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InitError {}

/// Reads an environment variable that must be set.
///
/// # Errors
/// When it is not set, is empty or is not UTF-8.
pub fn variable(name: &str) -> Result<String, InitError> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        _ => Err(InitError::new(format!("the environment variable {name} is not set"))),
    }
}

/// The borrowed arguments of one handler.
pub trait Environment: Sized + Send + Sync + 'static {
    /// Builds all arguments, one after the other.
    ///
    /// # Errors
    /// That of the first argument that failed.
    fn build() -> impl Future<Output = Result<Self, InitError>> + Send;
}

macro_rules! tuples {
    ($(($($t:ident),*))*) => {$(
        impl<$($t: Init),*> Environment for ($($t,)*) {
            async fn build() -> Result<Self, InitError> {
                Ok(($($t::init().await?,)*))
            }
        }
    )*};
}
tuples! { () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) }
