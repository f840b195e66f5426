//! Sending a message to an SQS queue.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub body: String,
    /// The X-Ray trace it belongs to.
    pub trace: Option<String>,
}

/// The queues of the service, by their names.
pub(crate) trait SendMessage: Send + Sync {
    /// An error is a phrase for the log.
    fn send_message(&self, queue: &str, message: Outgoing) -> Result<(), String>;
}
