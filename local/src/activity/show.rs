//! The requests as the page receives them.

use serde_json::{Value, json};

use super::requests::Request;
use super::time::{rfc3339, rounded};
use super::{State, curl, mask, spans};

/// A request in the list.
pub(super) fn summary(request: &Request) -> Value {
    json!({
        "id": request.id,
        "method": request.method.as_str(),
        "path": request.path,
        "query": request.query,
        "status": request.status,
        "started": rfc3339(request.started),
        "milliseconds": request.ended.map(|ended| rounded(ended - request.started)),
        "function": request.function,
        "trace": request.trace,
    })
}

/// An opened request. `api` is the URL of the API.
pub(super) fn details(state: &State, request: &Request, api: &str) -> Value {
    let trace = spans::of(state, request);
    let mut lines: Vec<_> = trace
        .invocations
        .iter()
        .flat_map(|invocation| invocation.lines.iter().map(|line| (line, invocation.function.as_str())))
        .collect();
    lines.sort_by(|(a, _), (b, _)| a.at.total_cmp(&b.at));
    let lines: Vec<Value> = lines
        .into_iter()
        .map(|(line, function)| json!({ "at": rfc3339(line.at), "function": function, "text": line.text }))
        .collect();
    let answer = request.answer.as_ref();
    let answer = answer.map(|(headers, body)| json!({ "headers": mask::headers(headers), "body": body.show() }));
    let mut shown = summary(request);
    shown["request"] = json!({ "headers": mask::headers(&request.headers), "body": request.body.show() });
    shown["response"] = answer.unwrap_or_default();
    shown["logs"] = lines.into();
    shown["spans"] = trace.spans.into();
    shown["curl"] = curl::command(request, api).into();
    shown
}
