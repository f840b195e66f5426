//! What a process prints, line by line, to the log.

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use crate::base::log::Logger;

/// A longer line is cut in pieces, so that a process cannot fill the memory of this one. CloudWatch's own limit:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.
const LONGEST: usize = 1024 * 1024;

/// Forwards until the process closes its end. What is not UTF-8 is shown as far as it is.
pub(super) async fn forward(from: Option<impl AsyncRead + Unpin>, function: &str, logger: &Logger) {
    let Some(from) = from else { return };
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        let (used, complete) = match reader.fill_buf().await {
            Ok([]) | Err(_) => break,
            Ok(available) => {
                let end = available.iter().position(|byte| *byte == b'\n');
                let used = end.map_or(available.len(), |end| end + 1);
                line.extend_from_slice(&available[..used]);
                (used, end.is_some() || line.len() >= LONGEST)
            }
        };
        reader.consume(used);
        if complete {
            logger.function(function, String::from_utf8_lossy(&line).trim_end());
            line.clear();
        }
    }
    if !line.is_empty() {
        logger.function(function, String::from_utf8_lossy(&line).trim_end());
    }
}
