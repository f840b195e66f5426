//! Whom a function trusts: the certificates that Amazon's endpoints lead back to.

use rustls::pki_types::CertificateDer;

/// The root certificates behind Amazon's endpoints (<https://www.amazontrust.com/repository/>): Amazon Root CA 1 to 4
/// and Starfield Services Root Certificate Authority - G2. Parsing the system's hundred and more would be most of a
/// function's init. A test holds that none has expired.
const PEM: &[u8] = include_bytes!("amazon-roots.pem");

/// How many there are.
const COUNT: usize = 5;

/// Decoded by the compiler: doing it in the init phase would be a seventh of that.
static DECODED: Decoded = decode(PEM);

struct Decoded {
    /// One after the other; base64 has four digits for three bytes.
    bytes: [u8; PEM.len() / 4 * 3],
    /// Where each ends.
    ends: [usize; COUNT],
}

/// The certificates.
pub(super) fn amazon() -> impl Iterator<Item = CertificateDer<'static>> {
    let starts = std::iter::once(0).chain(DECODED.ends);
    starts.zip(DECODED.ends).map(|(start, end)| CertificateDer::from(&DECODED.bytes[start..end]))
}

/// What stands between `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----` (RFC 7468), decoded (RFC 4648,
/// section 4). A file that holds anything else, or not [`COUNT`] certificates, does not compile.
const fn decode(pem: &[u8]) -> Decoded {
    let mut decoded = Decoded { bytes: [0; PEM.len() / 4 * 3], ends: [0; COUNT] };
    let (mut place, mut length, mut found) = (0, 0, 0);
    let (mut bits, mut count) = (0_u32, 0);
    let mut inside = false;
    while place < pem.len() {
        // A line that starts with a dash begins a certificate or ends one; a comment stands before it.
        let border = pem[place] == b'-';
        if border || !inside {
            if border && inside {
                decoded.ends[found] = length;
                found += 1;
            }
            inside = inside != border;
            (bits, count) = (0, 0);
            while pem[place] != b'\n' {
                place += 1;
            }
        } else if pem[place] != b'\n' && pem[place] != b'=' {
            bits = bits << 6 | digit(pem[place]);
            count += 6;
            if count >= 8 {
                count -= 8;
                decoded.bytes[length] = (bits >> count & 0xff) as u8;
                length += 1;
            }
        }
        place += 1;
    }
    assert!(found == COUNT && !inside, "not as many certificates as expected");
    decoded
}

#[expect(clippy::panic, reason = "in the compiler, not in the function")]
const fn digit(byte: u8) -> u32 {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("not base64"),
    };
    value as u32
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;

    #[test]
    fn the_compiler_decodes_as_everybody_does() {
        let expected: Vec<_> = CertificateDer::pem_slice_iter(PEM).map(Result::unwrap).collect();
        assert_eq!(amazon().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn no_root_has_expired() {
        let names: Vec<_> = amazon()
            .map(|der| {
                let (_, root) = X509Certificate::from_der(&der).unwrap();
                assert!(root.validity().is_valid(), "{} has run out", root.subject());
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
