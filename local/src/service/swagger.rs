//! Swagger UI's files, read from the archive that is its release. The binary contains it: nothing is downloaded, neither
//! at build time nor by the page.

use std::borrow::Cow;
use std::io::{Cursor, Read};
use std::sync::LazyLock;

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;
use zip::result::ZipError;

/// Instead of the release's own file, which shows a document of Swagger's. `validatorUrl` turns the online validator off.
const INITIALIZER: &str = r##"window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    layout: "BaseLayout",
    deepLinking: true,
    validatorUrl: "none",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
    displayOperationId: true,
    persistAuthorization: true,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl],
  });
};
"##;

/// The file `name` of the page with its media type, or `None` if there is none.
///
/// # Errors
/// When the archive cannot be read.
pub(super) fn file(name: &str) -> Result<Option<(&'static str, Vec<u8>)>, ZipError> {
    static ARCHIVE: LazyLock<Result<ZipArchive<Cursor<&[u8]>>, String>> =
        LazyLock::new(|| ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED)).map_err(|error| error.to_string()));

    if name == "swagger-initializer.js" {
        return Ok(Some((media_type(name), INITIALIZER.into())));
    }
    // Shares the list of files, so that each request reads on its own.
    let mut archive = ARCHIVE.clone().map_err(|_| ZipError::InvalidArchive("Swagger UI".into()))?;
    let of_page = |path: &str| {
        let of_release = path.split_once('/').and_then(|(_, path)| path.strip_prefix("dist/"));
        of_release == Some(name) && !name.is_empty()
    };
    let path = archive.file_names().flatten().find(|path| of_page(path)).map(Cow::into_owned);
    let Some(path) = path else { return Ok(None) };
    let mut bytes = Vec::new();
    archive.by_name(&path)?.read_to_end(&mut bytes)?;
    Ok(Some((media_type(name), bytes)))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::file;

    fn text(name: &str) -> String {
        String::from_utf8(file(name).unwrap().unwrap().1).unwrap()
    }

    #[test]
    fn every_file_that_the_page_loads_is_there() {
        let page = text("index.html");
        let loaded: Vec<_> = page
            .split('"')
            .skip(1)
            .step_by(2)
            .map(|value| value.trim_start_matches("./"))
            .filter(|value| [".js", ".css", ".png"].iter().any(|end| value.ends_with(end)))
            .collect();
        assert!(loaded.len() >= 6, "{page}");
        for name in loaded {
            let (media_type, bytes) = file(name).unwrap().unwrap_or_else(|| panic!("{name}"));
            assert!(!bytes.is_empty() && media_type != "application/octet-stream", "{name}: {media_type}");
        }
    }

    #[test]
    fn the_page_shows_this_service_and_asks_no_validator() {
        let initializer = text("swagger-initializer.js");
        assert!(initializer.contains(r#"url: "/openapi.json""#) && initializer.contains(r#"validatorUrl: "none""#));
        assert!(!initializer.contains("http"), "{initializer}");
    }

    #[test]
    fn only_files_of_the_page_are_served() {
        for name in ["", "..", "../package.json", "package.json", "dist/index.html", "nothing.js", "/index.html"] {
            assert!(file(name).unwrap().is_none(), "{name}");
        }
    }
}
