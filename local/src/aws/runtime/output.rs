//! Reads the output of a process line by line, for the log and for `X-Amz-Log-Result`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::launch::Launch;
use super::tail::Tail;

/// Longer lines are split, which bounds the memory they take. It is the limit of CloudWatch Logs:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.
const LONGEST: usize = 1024 * 1024;

/// How long a new invocation waits for the lines of the last one. A process that prints without a pause is not waited for.
const PATIENCE: Duration = Duration::from_millis(20);

/// The standard output and standard error of a process.
pub(super) struct Output {
    tail: Arc<Tail>,
    segment: Segment,
    /// Requests to confirm that the pipes are empty.
    drains: [mpsc::Sender<oneshot::Sender<()>>; 2],
}

/// The segment of the invocation that lines are of.
type Segment = Arc<Mutex<String>>;

/// One of the two pipes.
pub(super) struct Stream {
    tail: Arc<Tail>,
    segment: Segment,
    drains: mpsc::Receiver<oneshot::Sender<()>>,
}

impl Output {
    /// The output of a process that is started for the invocation with this segment.
    pub(super) fn new(segment: &str) -> (Self, [Stream; 2]) {
        let tail = Arc::new(Tail::default());
        let segment = Arc::new(Mutex::new(segment.to_owned()));
        let (out, out_drains) = mpsc::channel(1);
        let (err, err_drains) = mpsc::channel(1);
        let streams =
            [out_drains, err_drains].map(|drains| Stream { tail: tail.clone(), segment: segment.clone(), drains });
        (Self { tail, segment, drains: [out, err] }, streams)
    }

    /// Begins an invocation. Lines that are in the pipes are of the one before.
    pub(super) async fn begin(&self, segment: &str) {
        let _ = timeout(PATIENCE, self.drain()).await;
        self.tail.clear();
        segment.clone_into(&mut self.segment.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The log tail of the invocation. A process writes its lines before its response, but they are read concurrently:
    /// so the pipes are drained first.
    pub(super) async fn tail(&self) -> Vec<u8> {
        self.drain().await;
        self.tail.read()
    }

    async fn drain(&self) {
        for stream in &self.drains {
            let (drained, drains) = oneshot::channel();
            // A pipe that has ended is drained.
            if stream.send(drained).await.is_ok() {
                let _ = drains.await;
            }
        }
    }
}

impl Stream {
    /// Forwards lines until the pipe ends. Bytes that are not UTF-8 are replaced.
    pub(super) async fn forward(mut self, from: Option<impl AsyncRead + Unpin>, launch: &Launch) {
        let Some(from) = from else { return };
        let Launch { key, logger, observer, .. } = launch;
        let print = |line: &[u8]| {
            let line = String::from_utf8_lossy(line);
            let line = line.trim_end();
            self.tail.push(line);
            logger.function(key, line);
            if !line.is_empty() {
                let segment = self.segment.lock().unwrap_or_else(PoisonError::into_inner).clone();
                observer.printed(&segment, line);
            }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tokio::io::{AsyncWriteExt, duplex, empty};

    use super::super::environment::Surroundings;
    use super::*;
    use crate::aws::interface::observe::Observer;
    use crate::base::log::Logger;
    use crate::base::options::Log;
    use crate::project::template::Function;

    #[derive(Default)]
    struct Printed(Mutex<Vec<(String, String)>>);

    impl Observer for Printed {
        fn printed(&self, segment: &str, line: &str) {
            self.0.lock().unwrap().push((segment.to_owned(), line.to_owned()));
        }
    }

    fn launch(observer: Arc<dyn Observer>) -> Arc<Launch> {
        let text = || String::new();
        let function = Function {
            key: "f".into(),
            name: "s-dev-f".into(),
            handler: "f".into(),
            memory: 128,
            timeout: Duration::from_secs(1),
            environment: BTreeMap::new(),
            log_level: None,
            routes: Vec::new(),
            streams: Vec::new(),
            queues: Vec::new(),
            schedules: Vec::new(),
            asynchronous: crate::project::template::Asynchronous::default(),
        };
        let surroundings = Surroundings {
            region: text(),
            dynamodb: text(),
            eventbridge: text(),
            sqs: text(),
            lambda: text(),
            xray: None,
            extra: BTreeMap::new(),
        };
        let logger = Logger::new(Log::Captured, std::iter::empty());
        Launch::new(&function, "f".into(), &surroundings, logger, observer)
    }

    #[tokio::test]
    async fn lines_in_the_pipe_are_of_the_invocation_before() {
        let printed = Arc::new(Printed::default());
        let launch = launch(printed.clone());
        let (output, [out, err]) = Output::new("first");
        let (mut process, pipe) = duplex(64 * 1024);
        let forwarding = tokio::spawn(async move {
            tokio::join!(out.forward(Some(pipe), &launch), err.forward(Some(empty()), &launch));
        });
        process.write_all(b"one\ntwo\n").await.unwrap();
        output.begin("second").await;
        process.write_all(b"three\n").await.unwrap();
        drop(process);
        forwarding.await.unwrap();
        let expected = [("first", "one"), ("first", "two"), ("second", "three")];
        assert_eq!(*printed.0.lock().unwrap(), expected.map(|(segment, line)| (segment.to_owned(), line.to_owned())));
    }
}
