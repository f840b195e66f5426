//! Name and version of the service that a function belongs to.

use std::sync::OnceLock;

use lambda_http::http::HeaderValue;

/// The package that a function is built from. `#[handler]` fills it in.
#[derive(Debug, Clone, Copy)]
pub struct Package {
    /// `CARGO_PKG_NAME`.
    pub name: &'static str,
    /// `CARGO_PKG_VERSION`.
    pub version: &'static str,
    /// `CARGO_PKG_LICENSE`.
    pub license: &'static str,
}

/// The function's own package; written by `#[handler]`.
#[macro_export]
#[doc(hidden)]
macro_rules! package {
    () => {
        $crate::Package {
            name: ::core::env!("CARGO_PKG_NAME"),
            version: ::core::env!("CARGO_PKG_VERSION"),
            license: ::core::env!("CARGO_PKG_LICENSE"),
        }
    };
}

/// Environment variable: the service's name, if it differs from the package's.
pub(crate) const NAME: &str = "SERVICE_NAME";

static USER_AGENT: OnceLock<HeaderValue> = OnceLock::new();

impl Package {
    /// The name of the package's library crate.
    pub(crate) fn library(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Sets the user agent of calls to AWS to the service and its version.
    pub(crate) fn identify(&self) {
        let name = std::env::var(NAME).ok().filter(|name| !name.is_empty());
        let user_agent = format!("{}/{}", name.as_deref().unwrap_or(self.name), self.version);
        if let Ok(value) = HeaderValue::from_str(&user_agent) {
            // Set once per process.
            let _ = USER_AGENT.set(value);
        }
    }
}

/// The `User-Agent` of calls to AWS, which AWS's own logs show.
pub(crate) fn user_agent() -> HeaderValue {
    USER_AGENT.get().cloned().unwrap_or_else(|| HeaderValue::from_static("lambda"))
}
