//! Root certificates that a function trusts: those of Amazon's endpoints.
//!
//! Parsing the hundred and more certificates of a system's bundle would take most of a function's init phase.

use rustls::pki_types::CertificateDer;

/// From <https://www.amazontrust.com/repository/>, as DER.
static AMAZON: [&[u8]; 5] = [
    include_bytes!("amazon-root-ca-1.der"),
    include_bytes!("amazon-root-ca-2.der"),
    include_bytes!("amazon-root-ca-3.der"),
    include_bytes!("amazon-root-ca-4.der"),
    include_bytes!("starfield-services-root-ca-g2.der"),
];

/// Amazon's root certificates.
pub(super) fn amazon() -> impl Iterator<Item = CertificateDer<'static>> {
    AMAZON.into_iter().map(CertificateDer::from)
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;

    #[test]
    fn no_root_has_expired() {
        let names: Vec<_> = amazon()
            .map(|der| {
                let (rest, root) = X509Certificate::from_der(&der).unwrap();
                assert!(rest.is_empty() && root.validity().is_valid(), "{} has expired", root.subject());
                assert!(root.is_ca() && root.subject() == root.issuer(), "{} is no root", root.subject());
                root.subject().iter_common_name().next().unwrap().as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(
            names,
            [
                "Amazon Root CA 1",
                "Amazon Root CA 2",
                "Amazon Root CA 3",
                "Amazon Root CA 4",
                "Starfield Services Root Certificate Authority - G2"
            ]
        );
    }
}
