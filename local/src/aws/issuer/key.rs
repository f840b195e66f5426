//! The issuer's private key, kept in the data directory so that tokens outlive a restart.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use jsonwebtoken::EncodingKey;
use pem::Pem;

use crate::base::error::StartError;

const FILE: &str = "issuer.pem";

/// A key pair in PEM.
pub(super) struct Key {
    pub private: String,
    pub public: String,
}

impl Key {
    /// Reads the key in `directory`, and makes it if there is none. Without a directory it is in memory only.
    pub(super) fn open(directory: Option<&Path>) -> Result<Self, StartError> {
        let none = |_| StartError::Auth("the system gave no key for the local issuer".to_owned());
        let Some(directory) = directory else { return Self::generate().map_err(none) };
        let failed = |reason: String| StartError::Data { path: directory.to_owned(), reason };
        let path = directory.join(FILE);
        match std::fs::read(&path) {
            Ok(bytes) => {
                let key = String::from_utf8(bytes).ok().and_then(Self::parse).ok_or_else(|| {
                    failed(format!("{FILE} is not an RSA key; remove it, and the next start makes a new one"))
                })?;
                private(&path).map_err(|error| failed(format!("{FILE} cannot be made private: {error}")))?;
                Ok(key)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = Self::generate().map_err(none)?;
                write(&path, &key.private).map_err(|error| failed(format!("{FILE} cannot be written: {error}")))?;
                Ok(key)
            }
            Err(error) => Err(failed(format!("{FILE} cannot be read: {error}"))),
        }
    }

    fn generate() -> Result<Self, aws_lc_rs::error::Unspecified> {
        let pair = KeyPair::generate(KeySize::Rsa2048)?;
        let der: Pkcs8V1Der<'_> = pair.as_der()?;
        Self::of(&pair, pem::encode(&Pem::new("PRIVATE KEY", der.as_ref())))
    }

    fn parse(text: String) -> Option<Self> {
        EncodingKey::from_rsa_pem(text.as_bytes()).ok()?;
        let pair = KeyPair::from_pkcs8(pem::parse(&text).ok()?.contents()).ok()?;
        Self::of(&pair, text).ok()
    }

    fn of(pair: &KeyPair, private: String) -> Result<Self, aws_lc_rs::error::Unspecified> {
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
        Ok(Self { private, public: pem::encode(&Pem::new("PUBLIC KEY", der.as_ref())) })
    }
}

/// Writes the file atomically, and never with permissions for other users.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    // A file that existed already keeps its mode.
    private(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()?;
    std::fs::rename(&temporary, path)
}

#[cfg(unix)]
fn private(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{FILE, Key};

    #[test]
    fn made_once_kept_private_and_never_replaced() {
        let directory = std::env::temp_dir().join(format!("local-key-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&directory).unwrap();
        let first = Key::open(Some(&directory)).unwrap();
        assert!(first.private.starts_with("-----BEGIN PRIVATE KEY-----"));
        let again = Key::open(Some(&directory)).unwrap();
        assert_eq!((&again.private, &again.public), (&first.private, &first.public));
        assert_ne!(Key::open(None).unwrap().private, first.private);
        let file = directory.join(FILE);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(), 0o600);
            std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
            Key::open(Some(&directory)).unwrap();
            assert_eq!(mode(), 0o600);
        }
        let half = &first.private.as_bytes()[..first.private.len() / 2];
        for damaged in [&b"nonsense"[..], b"", b"\xff\xfe", half, first.public.as_bytes()] {
            std::fs::write(&file, damaged).unwrap();
            let error = Key::open(Some(&directory)).err().unwrap().to_string();
            assert!(
                error.ends_with("issuer.pem is not an RSA key; remove it, and the next start makes a new one"),
                "{error}"
            );
            assert_eq!(std::fs::read(&file).unwrap(), damaged);
        }
        std::fs::remove_dir_all(directory).unwrap();
    }
}
