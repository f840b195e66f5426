//! Reads the output of a process line by line, for the log and for `X-Amz-Log-Result`.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::{mpsc, oneshot};

use super::tail::Tail;
use crate::base::log::Logger;

/// Longer lines are split, which bounds the memory they take. It is the limit of CloudWatch Logs:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.
const LONGEST: usize = 1024 * 1024;

/// The standard output and standard error of a process.
pub(super) struct Output {
    tail: Arc<Tail>,
    /// Requests to confirm that the pipes are empty.
    drains: [mpsc::Sender<oneshot::Sender<()>>; 2],
}

/// One of the two pipes.
pub(super) struct Stream {
    tail: Arc<Tail>,
    drains: mpsc::Receiver<oneshot::Sender<()>>,
}

impl Output {
    pub(super) fn new() -> (Self, [Stream; 2]) {
        let tail = Arc::new(Tail::default());
        let (out, out_drains) = mpsc::channel(1);
        let (err, err_drains) = mpsc::channel(1);
        let streams = [out_drains, err_drains].map(|drains| Stream { tail: tail.clone(), drains });
        (Self { tail, drains: [out, err] }, streams)
    }

    pub(super) fn begin(&self) {
        self.tail.clear();
    }

    /// The log tail of the invocation. A process writes its lines before its response, but they are read concurrently:
    /// so the pipes are drained first.
    pub(super) async fn tail(&self) -> Vec<u8> {
        for stream in &self.drains {
            let (drained, drains) = oneshot::channel();
            // A pipe that has ended is drained.
            if stream.send(drained).await.is_ok() {
                let _ = drains.await;
            }
        }
        self.tail.read()
    }
}

impl Stream {
    /// Forwards lines until the pipe ends. Bytes that are not UTF-8 are replaced.
    pub(super) async fn forward(mut self, from: Option<impl AsyncRead + Unpin>, function: &str, logger: &Logger) {
        let Some(from) = from else { return };
        let print = |line: &[u8]| {
            let line = String::from_utf8_lossy(line);
            self.tail.push(line.trim_end());
            logger.function(function, line.trim_end());
        };
        let mut reader = BufReader::new(from);
        let mut line = Vec::new();
        loop {
            let (used, complete) = tokio::select! {
                biased;
                available = reader.fill_buf() => match available {
                    Ok([]) | Err(_) => break,
                    Ok(available) => {
                        let end = available.iter().position(|byte| *byte == b'\n');
                        let used = end.map_or(available.len(), |end| end + 1);
                        line.extend_from_slice(&available[..used]);
                        (used, end.is_some() || line.len() >= LONGEST)
                    }
                },
                // The pipe is empty: `biased` polls it first.
                Some(drained) = self.drains.recv() => {
                    let _ = drained.send(());
                    continue;
                }
            };
            reader.consume(used);
            if complete {
                print(&line);
                line.clear();
            }
        }
        if !line.is_empty() {
            print(&line);
        }
    }
}
