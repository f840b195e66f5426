//! The X-Ray daemon: receives the segments that functions send by UDP.
//!
//! A packet is a header and a document, on a line each:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon>.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde_json::Value;
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

use crate::aws::interface::observe::Observer;

/// The variable that tells a function where the daemon is.
pub(crate) const ADDRESS: &str = "AWS_XRAY_DAEMON_ADDRESS";
/// Limit of a document: <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>.
const MOST: usize = 64 * 1024;

/// The daemon, on a free port.
pub(crate) struct Daemon {
    socket: UdpSocket,
    address: SocketAddr,
}

impl Daemon {
    pub(crate) fn open() -> io::Result<Self> {
        let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        Ok(Self { socket: UdpSocket::from_std(socket)?, address })
    }

    /// The value of [`ADDRESS`].
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Receives until `stop`. A packet that cannot be read is dropped, as the daemon drops it.
    pub(crate) async fn run(self, observer: Arc<dyn Observer>, stop: CancellationToken) {
        let mut buffer = vec![0; MOST];
        loop {
            let received = tokio::select! {
                received = self.socket.recv(&mut buffer) => received,
                () = stop.cancelled() => return,
            };
            if let Some(document) = received.ok().and_then(|length| document(&buffer[..length])) {
                observer.segment(&document);
            }
        }
    }
}

fn document(packet: &[u8]) -> Option<Value> {
    let end = packet.iter().position(|byte| *byte == b'\n')?;
    let (header, document) = packet.split_at(end);
    let header: Value = serde_json::from_slice(header).ok()?;
    (header["format"] == "json" && header["version"] == 1).then_some(())?;
    serde_json::from_slice(document).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_packet_is_a_header_and_a_document() {
        let header = r#"{"format":"json","version":1}"#;
        assert_eq!(document(format!("{header}\n{{\"id\":\"1\"}}").as_bytes()), Some(json!({ "id": "1" })));
        assert_eq!(document(b"{\"format\": \"json\", \"version\": 1}\n{}\n"), Some(json!({})));
        for packet in [
            "",
            header,
            "{}\n{}",
            "x\n{}",
            r#"{"format":"json","version":2}
            {}"#,
        ] {
            assert_eq!(document(packet.as_bytes()), None, "{packet}");
        }
        assert_eq!(document(format!("{header}\nnot json").as_bytes()), None);
        assert_eq!(document(&[0xff, b'\n', 0xff]), None);
    }
}
