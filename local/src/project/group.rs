//! A child process with its descendants.

use std::io;

use tokio::process::{Child, Command};

/// A child process in a process group of its own. Dropping it ends the group: Cargo does not end the compilers that it
/// has started when it is killed.
pub(super) struct Group {
    pub child: Child,
}

impl Group {
    pub(super) fn spawn(mut command: Command) -> io::Result<Self> {
        #[cfg(unix)]
        command.process_group(0);
        Ok(Self { child: command.spawn()? })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // No id: it has been waited for, and the number may be another process's by now.
        #[cfg(unix)]
        if let Some(group) =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Stdio;
    use std::time::Duration;

    use tokio::io::{AsyncBufReadExt, BufReader};

    use super::*;

    #[tokio::test]
    async fn descendants_end_with_the_group() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo $!; wait"]).stdout(Stdio::piped()).kill_on_drop(true);
        let mut group = Group::spawn(command).unwrap();
        let mut lines = BufReader::new(group.child.stdout.take().unwrap()).lines();
        let descendant = lines.next_line().await.unwrap().unwrap();
        drop(group);
        // The pipe ends when no process has it any more.
        let end = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await;
        assert!(matches!(end, Ok(Ok(None))), "{descendant} still runs");
    }
}
