//! The files that this process writes its log to: `cargo local > local.log`. Each line would be a change otherwise.

use std::path::Path;

/// The files of the standard output and of the standard error.
pub(super) struct Files(#[cfg(unix)] Vec<(u64, u64)>);

#[cfg(unix)]
impl Files {
    pub(super) fn of_this_process() -> Self {
        use std::os::fd::AsFd;

        let (output, error) = (std::io::stdout(), std::io::stderr());
        let files = [output.as_fd().try_clone_to_owned(), error.as_fd().try_clone_to_owned()];
        let files = files.into_iter().flatten().filter_map(|file| std::fs::File::from(file).metadata().ok());
        Self(files.filter(std::fs::Metadata::is_file).map(|file| identity(&file)).collect())
    }

    pub(super) fn contain(&self, path: &Path) -> bool {
        !self.0.is_empty() && std::fs::metadata(path).is_ok_and(|file| self.0.contains(&identity(&file)))
    }
}

#[cfg(unix)]
fn identity(file: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;

    (file.dev(), file.ino())
}

#[cfg(not(unix))]
impl Files {
    pub(super) fn of_this_process() -> Self {
        Self()
    }

    #[expect(clippy::unused_self, reason = "as on Unix")]
    pub(super) fn contain(&self, _: &Path) -> bool {
        false
    }
}
