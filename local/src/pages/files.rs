//! Static pages of the template, each a directory below `/_local/`.
//!
//! Files are read at each request, so that a reload shows an edit. A request reaches no file outside of its directory,
//! by whatever spelling or link, and none whose name begins with a dot.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{OriginalUri, Path as Captured, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::aws::interface::page::{Page, message};
use crate::project::template::StaticPage;

const INDEX: &str = "index.html";

/// The pages of the template, without the guard.
pub(crate) fn mounted(pages: &[StaticPage]) -> impl Iterator<Item = Page> {
    pages.iter().flat_map(|page| {
        let directory: Arc<Path> = page.directory.as_path().into();
        let path = &page.path;
        let files = get(file).with_state(Arc::clone(&directory));
        [
            (path.clone(), get(folder)),
            (format!("{path}/"), get(index).with_state(directory)),
            (format!("{path}/{{*file}}"), files),
        ]
        .map(|(path, handler)| Page { path: path.into(), handler, yields: false })
    })
}

/// The page's files have relative URLs, so the URL of a folder ends with a slash.
async fn folder(OriginalUri(uri): OriginalUri) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Redirect::temporary(&format!("{}/{query}", uri.path())).into_response()
}

async fn index(State(directory): State<Arc<Path>>) -> Response {
    answer(&directory, INDEX).await.unwrap_or_else(missing)
}

async fn file(
    State(directory): State<Arc<Path>>,
    uri: OriginalUri,
    name: Result<Captured<String>, axum::extract::rejection::PathRejection>,
) -> Response {
    // A rejected name is not UTF-8, and no file has it.
    let Ok(Captured(name)) = name else { return missing() };
    let is_folder = name.ends_with('/');
    let within = if is_folder { format!("{name}{INDEX}") } else { name };
    match answer(&directory, &within).await {
        Some(response) => response,
        None if !is_folder && find(&directory, &format!("{within}/{INDEX}")).await.is_some() => folder(uri).await,
        None => missing(),
    }
}

/// The file, or `None` where there is none of this name.
async fn answer(directory: &Path, name: &str) -> Option<Response> {
    let path = find(directory, name).await?;
    let bytes = tokio::fs::read(&path).await.ok()?;
    let guessed = mime_guess::from_path(name).first_or_octet_stream();
    let charset = if guessed.type_() == "text" { "; charset=utf-8" } else { "" };
    let mut response = Body::from(bytes).into_response();
    let content_type = HeaderValue::try_from(format!("{}{charset}", guessed.essence_str())).ok()?;
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    Some(response)
}

/// The path of a regular file in the directory. Symbolic links are followed as long as they stay inside.
async fn find(directory: &Path, name: &str) -> Option<PathBuf> {
    if !name.split('/').all(is_plain) {
        return None;
    }
    let root = tokio::fs::canonicalize(directory).await.ok()?;
    let path = tokio::fs::canonicalize(root.join(name)).await.ok()?;
    let inside = path.strip_prefix(&root).ok()?;
    // A link may lead to a hidden file of the same directory.
    let is_hidden = inside.components().any(|part| !part.as_os_str().to_str().is_some_and(is_plain));
    (!is_hidden && tokio::fs::metadata(&path).await.ok()?.is_file()).then_some(path)
}

/// Neither empty, `.`, `..` nor hidden, without separators and drives of Windows.
fn is_plain(segment: &str) -> bool {
    !segment.is_empty() && !segment.starts_with('.') && !segment.contains(['\\', ':', '\0'])
}

fn missing() -> Response {
    message(StatusCode::NOT_FOUND, "Not Found")
}
