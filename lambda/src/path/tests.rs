//! Tests of path parameters whose types do not implement `FromPath` themselves.

use std::collections::HashMap;
use std::fmt::Debug;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Contract, Request, Route};

/// A type as a service's author would write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Blue,
}

impl FromStr for Colour {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "red" => Ok(Self::Red),
            "blue" => Ok(Self::Blue),
            _ => Err(()),
        }
    }
}

/// The value that is read from a path parameter, or the refusal as JSON.
fn taken<T: FromPath>(parameter: &'static str, text: &str) -> Result<T, Value> {
    let parameters = HashMap::from([(parameter.to_owned(), text.to_owned())]);
    let mut request = Request { parameters, ..Request::default() };
    request.path::<T>(parameter).map_err(|refused| serde_json::to_value(refused.into_details()).unwrap())
}

#[track_caller]
fn takes<T: FromPath + PartialEq + Debug>(text: &str, expected: T) {
    assert_eq!(taken("thing", text), Ok(expected));
}

#[track_caller]
fn refuses<T: FromPath + Debug>(texts: &[&str]) {
    for text in texts {
        let refused = taken::<T>("thing", text).expect_err(text);
        assert_eq!((&refused["status"], &refused["detail"]), (&json!(404), &json!("Thing not found")), "{text}");
    }
}

#[test]
fn a_number_is_taken_in_its_one_spelling() {
    takes("7", 7_u32);
    takes("0", 0_u32);
    takes("4294967295", u32::MAX);
    takes("-7", -7_i64);
    takes("7", NonZeroU8::new(7).unwrap());
    takes("1.5", 1.5_f64);
    refuses::<u32>(&["+7", "007", "-0", "-7", "4294967296", "7.0", "1e2", " 7", "seven", "٧", "0x7"]);
    refuses::<i64>(&["+7", "-07", "-0", "9223372036854775808"]);
    refuses::<NonZeroU8>(&["0", "256", "07"]);
    refuses::<f64>(&["NaN", "inf", "-infinity", "+1.5", "1.50", ".5", "1e400"]);
}

#[test]
fn a_uuid_is_taken_with_hyphens_in_either_case() {
    let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    takes(id, Uuid::parse_str(id).unwrap());
    takes(&id.to_uppercase(), Uuid::parse_str(id).unwrap());
    let (bare, braced, urn) = (id.replace('-', ""), format!("{{{id}}}"), format!("urn:uuid:{id}"));
    refuses::<Uuid>(&[&bare, &braced, &urn, "1"]);
}

#[test]
fn a_date_is_taken_as_iso_8601_and_a_moment_as_rfc_3339() {
    let day = NaiveDate::from_ymd_opt(2035, 5, 14).unwrap();
    takes("2035-05-14", day);
    refuses::<NaiveDate>(&["2035-5-14", " 2035-05-14", "2035-02-30", "20350514", "+2035-05-14"]);
    takes("09:30:00", day.and_hms_opt(9, 30, 0).unwrap().time());
    refuses::<NaiveTime>(&["9:30:00", "09:30", "24:00:00"]);
    takes("2035-05-14T09:30:00", day.and_hms_opt(9, 30, 0).unwrap());
    refuses::<NaiveDateTime>(&["2035-05-14 09:30:00", "2035-05-14"]);
    let moment = day.and_hms_opt(9, 30, 0).unwrap().and_utc();
    takes("2035-05-14T09:30:00Z", moment);
    takes("2035-05-14T11:30:00+02:00", moment);
    refuses::<DateTime<Utc>>(&["2035-05-14", "2035-05-14 09:30:00 UTC", "2035-05-14T09:30:00"]);
}

#[test]
fn an_own_type_is_taken_as_its_from_str_says() {
    takes("blue", Colour::Blue);
    refuses::<Colour>(&["green", "Blue", "+blue", ""]);
    takes("+49", "+49".to_owned());
    takes("007", "007".to_owned());
}

/// API Gateway has decoded the parameter. A percent sign that is left was part of the value.
#[test]
fn a_parameter_is_not_decoded_again() {
    takes("50%25", "50%25".to_owned());
    takes("a+b", "a+b".to_owned());
    refuses::<u32>(&["%37"]);
}

#[test]
fn a_404_names_the_parameter_in_words() {
    let detail = |parameter| taken::<u32>(parameter, "x").unwrap_err()["detail"].clone();
    assert_eq!(detail("room_number"), "Room number not found");
    assert_eq!(detail("paint_id"), "Paint not found");
    assert_eq!(detail("id"), "Not found");
    assert_eq!(detail("_"), "Not found");
}

/// The contract of an endpoint with this parameter.
fn documented<T: FromPath>(parameter: &'static str) -> Value {
    let mut contract = Contract::new(&crate::package!(), "read");
    let route = Route {
        package: crate::package!(),
        function: "read",
        method: "GET",
        path: "/things/{thing}",
        status: 200,
        docs: "",
    };
    contract.route(&route);
    contract.path::<T>(parameter);
    contract.answer::<()>();
    contract.into_json().unwrap()
}

#[test]
fn its_schema_its_404_and_an_example_are_documented() {
    let number = documented::<u32>("thing");
    let parameter = &number["operation"]["parameters"][0];
    assert_eq!((&parameter["in"], &parameter["required"]), (&json!("path"), &json!(true)));
    assert_eq!((&parameter["schema"]["type"], &parameter["schema"]["minimum"]), (&json!("integer"), &json!(0)));
    let problem = |contract: &Value| {
        let examples = &contract["operation"]["responses"]["404"]["content"]["application/problem+json"]["examples"];
        let value = &examples["not-found"]["value"];
        (value["detail"].clone(), value["instance"].clone())
    };
    assert_eq!(problem(&number), (json!("Thing not found"), json!("/things/1")));

    let day = documented::<NaiveDate>("thing");
    assert_eq!(day["operation"]["parameters"][0]["schema"]["format"], "date");
    assert_eq!(problem(&day).1, "/things/2035-05-14");
    let id = documented::<Uuid>("thing");
    assert_eq!(id["operation"]["parameters"][0]["schema"]["format"], "uuid");
    assert_eq!(problem(&id).1, "/things/67e55044-10b1-426f-9247-bb680e5fe0c8");

    let colour = documented::<Colour>("thing");
    assert_eq!(colour["operation"]["parameters"][0]["schema"], json!({ "$ref": "#/components/schemas/Colour" }));
    assert_eq!(colour["components"]["schemas"]["Colour"]["enum"], json!(["red", "blue"]));
    assert_eq!(problem(&colour).1, "/things/red");
}

proptest! {
    #[test]
    fn any_text_is_taken_or_is_not_found(text in prop_oneof!["\\PC{0,140}", "[-+0-9TZ:. a-f]{0,40}"]) {
        prop_assert!(taken::<u64>("n", &text).map_or_else(|refused| refused["status"] == 404, |n| n.to_string() == text));
        prop_assert!(taken::<i8>("n", &text).map_or_else(|refused| refused["status"] == 404, |n| n.to_string() == text));
        prop_assert!(taken::<f32>("n", &text).map_or_else(|refused| refused["status"] == 404, f32::is_finite));
        for status in [
            taken::<Uuid>("n", &text).err(),
            taken::<NaiveDate>("n", &text).err(),
            taken::<NaiveTime>("n", &text).err(),
            taken::<NaiveDateTime>("n", &text).err(),
            taken::<DateTime<Utc>>("n", &text).err(),
            taken::<Colour>("n", &text).err(),
        ].into_iter().flatten() {
            prop_assert_eq!(&status["status"], &json!(404));
        }
    }
}
