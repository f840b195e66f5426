use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEXT: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
const ADDRESS: &str = "http://127.0.0.1:9/hook?key=k";

fn webhook(next: Option<&str>) -> Webhook {
    Webhook::new(ADDRESS, SECRET, next, "bookings").unwrap()
}

fn header(request: &Request<Full<Bytes>>, name: &str) -> String {
    request.headers()[name].to_str().unwrap().to_owned()
}

#[test]
fn a_request_says_what_it_is_who_sends_it_and_when() {
    let request = webhook(None).request("e1", "{}".to_owned()).unwrap();
    assert_eq!(request.uri(), "/hook?key=k");
    for (name, value) in [
        ("host", "127.0.0.1:9"),
        ("content-type", "application/json"),
        ("user-agent", concat!("bookings/", env!("CARGO_PKG_VERSION"))),
        ("webhook-id", "e1"),
    ] {
        assert_eq!(header(&request, name), value);
    }
    let sent: i64 = header(&request, "webhook-timestamp").parse().unwrap();
    assert!((Machine.now().seconds() - sent).abs() < 60, "the time of this try, in seconds");
}

#[test]
fn while_a_secret_is_replaced_both_sign_and_the_new_one_first() {
    let both = webhook(Some(NEXT)).request("e1", "{}".to_owned()).unwrap();
    let at: i64 = header(&both, "webhook-timestamp").parse().unwrap();
    let each = [NEXT, SECRET].map(|secret| signatures([&Secret::parse(secret).unwrap()], "e1", at, "{}"));
    assert_eq!(header(&both, "webhook-signature"), each.join(" "));
    assert_eq!(
        header(&webhook(None).request("e1", "{}".to_owned()).unwrap(), "webhook-signature").matches("v1,").count(),
        1
    );
}

#[test]
fn a_setting_that_is_wrong_is_named_without_its_value() {
    let short = "whsec_c2hvcnQ=";
    for (url, secret, next, named) in [
        ("ftp://example.com/t0ken", SECRET, None, "WEBHOOK_URL"),
        ("http://example.com/t0ken", SECRET, None, "WEBHOOK_URL"),
        ("https://me:t0ken@example.com/", SECRET, None, "WEBHOOK_URL"),
        (ADDRESS, "none", None, "WEBHOOK_SECRET "),
        (ADDRESS, short, None, "WEBHOOK_SECRET "),
        (ADDRESS, SECRET, Some(short), "WEBHOOK_SECRET_NEXT "),
    ] {
        let error = Webhook::new(url, secret, next, "bookings").unwrap_err().to_string();
        assert!(error.starts_with(named), "{error}");
        assert!(!error.contains("t0ken") && !error.contains(short), "{error}");
    }
}

#[test]
fn neither_secret_nor_path_is_in_its_debug_output() {
    let shown = format!("{:?}", webhook(Some(NEXT)));
    assert!(!shown.contains("whsec_") && !shown.contains("hook?") && shown.contains("127.0.0.1"), "{shown}");
}

#[test]
fn a_failed_delivery_says_when_it_comes_again() {
    let details = |seconds| DeliveryError::NotDelivered { seconds }.details();
    assert_eq!(details(300).kind(), "urn:problem:webhook-not-delivered");
    let text = serde_json::to_string(&details(300)).unwrap();
    assert!(!text.contains("Webhook::") && !text.contains("DeliveryError"), "{text}");
}
