//! Static pages of the template.

use crate::common::{Answer, Client, HTTP, Scratch, start};
use local::{Options, Service};
use serde_json::json;

/// A page in `ui/`, beside files that it must not serve.
fn scratch() -> (Scratch, Options) {
    let scratch = Scratch::new();
    for (name, text) in [
        ("secret.txt", "secret"),
        ("ui-other/secret.txt", "secret"),
        ("ui/.env", "secret"),
        ("ui/.git/config", "secret"),
        ("ui/index.html", "<h1>Page</h1>"),
        ("ui/main.js", "export {};"),
        ("ui/style.css", "h1 {}"),
        ("ui/data.json", "{}"),
        ("ui/picture.svg", "<svg/>"),
        ("ui/unknown.zzz", "?"),
        ("ui/with space.txt", "space"),
        ("ui/sub/index.html", "<h1>Below</h1>"),
        ("ui/empty/note.txt", "note"),
    ] {
        let path = scratch.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let pages = "custom: { local: { pages: [{ title: Page, path: /_local/page, directory: ui }] } }";
    let options = scratch.options(&format!("{HTTP}{pages}\n"));
    (scratch, options)
}

async fn client() -> (Scratch, Service, Client) {
    let (scratch, options) = scratch();
    let service = start(options).await;
    let client = Client::new(&service.url());
    (scratch, service, client)
}

#[track_caller]
fn is_missing(answer: &Answer, target: &str) {
    assert_eq!((answer.status, answer.body.as_str()), (404, r#"{"message":"Not Found"}"#), "{target}");
}

#[tokio::test]
async fn files_have_their_content_types_and_the_headers_of_a_local_page() {
    let (_scratch, service, client) = client().await;
    for (name, content_type, text) in [
        ("", "text/html; charset=utf-8", "<h1>Page</h1>"),
        ("index.html", "text/html; charset=utf-8", "<h1>Page</h1>"),
        ("main.js", "text/javascript; charset=utf-8", "export {};"),
        ("style.css", "text/css; charset=utf-8", "h1 {}"),
        ("data.json", "application/json", "{}"),
        ("picture.svg", "image/svg+xml", "<svg/>"),
        ("unknown.zzz", "application/octet-stream", "?"),
        ("with%20space.txt", "text/plain; charset=utf-8", "space"),
        ("main.js?v=1", "text/javascript; charset=utf-8", "export {};"),
        ("sub/", "text/html; charset=utf-8", "<h1>Below</h1>"),
    ] {
        let answer = client.get(&format!("/_local/page/{name}")).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, text), "{name}");
        assert_eq!(answer.headers["content-type"], content_type, "{name}");
        has_headers(&answer);
    }
    has_headers(&client.get("/_local/page/nothing").await);
    has_headers(&client.get("/_local/page").await);
    service.stop().await;
}

#[tokio::test]
async fn other_origins_and_other_names_get_nothing_of_a_page() {
    let (_scratch, service, client) = client().await;
    let own = service.url();
    for (host, origin, status) in [
        (own.trim_start_matches("http://"), own.as_str(), 200),
        (own.trim_start_matches("http://"), "http://evil.example", 403),
        ("evil.example", "http://evil.example", 403),
        ("evil.example:3000", own.as_str(), 403),
    ] {
        for target in ["/_local/page/", "/_local/page/main.js"] {
            let head =
                format!("GET {target} HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\nconnection: close\r\n\r\n");
            let answer = client.send(&head).await;
            assert_eq!(answer.status, status, "{host} {origin}");
            assert!(
                status == 200 || !answer.body.contains("export") && !answer.body.contains("<h1>"),
                "{}",
                answer.body
            );
        }
    }
    service.stop().await;
}

#[track_caller]
fn has_headers(answer: &Answer) {
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let policy = &answer.headers["content-security-policy"];
    assert!(policy.starts_with("default-src 'self';"), "{policy}");
}

#[tokio::test]
async fn a_folder_is_its_index_below_a_slash_and_is_never_listed() {
    let (_scratch, service, client) = client().await;
    for (target, location) in [
        ("/_local/page", "/_local/page/"),
        ("/_local/page?a=1", "/_local/page/?a=1"),
        ("/_local/page/sub", "/_local/page/sub/"),
    ] {
        let answer = client.get(target).await;
        assert_eq!((answer.status, answer.headers["location"].as_str()), (307, location), "{target}");
    }
    for target in ["/_local/page/empty", "/_local/page/empty/", "/_local/pages/", "/_local/page/index.html/"] {
        is_missing(&client.get(target).await, target);
    }
    assert_eq!(client.request("POST", "/_local/page/", "", "").await.status, 405);
    let head = client.request("HEAD", "/_local/page/main.js", "", "").await;
    assert_eq!((head.status, head.headers["content-length"].as_str(), head.body.as_str()), (200, "10", ""));
    service.stop().await;
}

#[tokio::test]
async fn no_spelling_of_a_path_leaves_the_directory() {
    let (scratch, service, client) = client().await;
    let absolute = scratch.path("secret.txt").to_str().unwrap().to_owned();
    let encoded = absolute.replace('/', "%2f");
    for name in [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "%2E%2E%2Fsecret.txt",
        "..%2fsecret.txt",
        "..%5csecret.txt",
        "..\\secret.txt",
        "sub/../../secret.txt",
        "sub/%2e%2e/%2e%2e/secret.txt",
        "../ui-other/secret.txt",
        "%252e%252e/secret.txt",
        "./index.html",
        "sub//index.html",
        "index.html%00.txt",
        "%ff",
        ".env",
        "%2eenv",
        ".git/config",
        "C:/secret.txt",
        "c%3a%5csecret.txt",
        "index.html::$DATA",
        &absolute,
        &encoded,
    ] {
        let target = format!("/_local/page/{name}");
        is_missing(&client.get(&target).await, &target);
    }
    service.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_followed_only_inside_the_directory() {
    use std::os::unix::fs::symlink;

    let (scratch, service, client) = client().await;
    for (link, to) in [
        ("ui/inside.txt", "empty/note.txt"),
        ("ui/outside.txt", "../secret.txt"),
        ("ui/folder", ".."),
        ("ui/hidden.txt", ".env"),
        ("ui/beside", "../ui-other"),
        ("ui/round", "round"),
        ("ui/device", "/dev/zero"),
    ] {
        symlink(to, scratch.path(link)).unwrap();
    }
    assert_eq!(client.get("/_local/page/inside.txt").await.body, "note");
    for name in ["outside.txt", "folder/secret.txt", "hidden.txt", "beside/secret.txt", "round", "device"] {
        is_missing(&client.get(&format!("/_local/page/{name}")).await, name);
    }
    // A directory may itself be a link: the template says where the page is.
    std::fs::rename(scratch.path("ui"), scratch.path("moved")).unwrap();
    symlink("moved", scratch.path("ui")).unwrap();
    assert_eq!(client.get("/_local/page/").await.body, "<h1>Page</h1>");
    service.stop().await;
}

#[tokio::test]
async fn the_page_of_cargo_local_links_to_the_pages_of_the_template() {
    let (_scratch, service, client) = client().await;
    let about = client.get("/_local/about").await.json();
    assert_eq!(about["pages"], json!([{ "title": "Page", "href": "/_local/page/" }]));
    service.stop().await;
}

#[tokio::test]
async fn an_edit_shows_at_the_next_request() {
    let (scratch, service, client) = client().await;
    assert_eq!(client.get("/_local/page/main.js").await.body, "export {};");
    std::fs::write(scratch.path("ui/main.js"), "edited").unwrap();
    assert_eq!(client.get("/_local/page/main.js").await.body, "edited");
    std::fs::remove_dir_all(scratch.path("ui")).unwrap();
    is_missing(&client.get("/_local/page/").await, "a directory that is gone");
    service.stop().await;
}

#[tokio::test]
async fn wrong_pages_do_not_start_and_are_all_named() {
    let (_scratch, mut options) = scratch();
    let text = std::fs::read_to_string(&options.template).unwrap();
    let text = text.replace("/_local/page, directory: ui", "/page, directory: /");
    std::fs::write(&options.template, text).unwrap();
    options.port = 0;
    let error = Service::start(options).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "serverless.yml: `custom.local.pages[0].path` is `/page`; it must be `/_local/` and a name of letters, digits, `-` and `_`\n\
         serverless.yml: `custom.local.pages[0].directory` is `/`; it must be relative to the directory of serverless.yml"
    );
}
