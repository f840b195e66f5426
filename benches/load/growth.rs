//! Duration of requests by the number of bookings in the table.

use std::time::Duration;

use local::Service;
use reqwest::Method;
use serde_json::json;

use crate::client::{Answer, Api, time};
use crate::{Failure, seed};

pub(crate) const HEADER: &str = "\
    | bookings | get | create | list 10 | list 100 | list 100, last page | busy, a day |\n\
    |---|---|---|---|---|---|---|";

/// Number of requests of each kind.
const REQUESTS: usize = 200;
const DAY: i64 = 24 * 3600;

/// Writes the bookings into the table, then measures each kind of request, one request at a time.
pub(crate) async fn run(service: &Service, bookings: usize) -> Result<String, Failure> {
    let first = (chrono::Utc::now().timestamp() / DAY + 2) * DAY;
    let ids = seed::bookings(&service.dynamodb_url(), first, bookings).await?;
    let api = Api::new(service.url());
    // The days after the last booking are free.
    let free = first + (i64::try_from(bookings)? / 48 + 2) * DAY;
    let end = time(first + (i64::try_from(bookings)? - 10) * 1800);

    let get = timed(200, async |i| api.get(&format!("/bookings/{}", ids[i * 7919 % ids.len()])).await).await?;
    let create = timed(201, async |i| {
        let start = free + i64::try_from(i)? * 1800;
        let body = json!({
            "user_id": "user-0", "resource_id": "room-0", "start_time": time(start), "end_time": time(start + 1800),
        });
        api.send(Method::POST, "/bookings", Some(&body)).await
    })
    .await?;
    let list =
        async |query: String| timed(200, async |_| api.get(&format!("/users/user-0/bookings?{query}")).await).await;
    let busy = format!("/resources/room-0/busy?from={}&to={}", time(first), time(first + DAY));
    let cells = [
        get,
        create,
        list("limit=10".to_owned()).await?,
        list("limit=100".to_owned()).await?,
        list(format!("limit=100&from={end}")).await?,
        timed(200, async |_| api.get(&busy).await).await?,
    ];
    let cells: Vec<_> = cells.iter().map(|time| format!("{:.1} ms", time.as_secs_f64() * 1e3)).collect();
    Ok(format!("| {bookings} | {} |", cells.join(" | ")))
}

/// The median duration of requests. Each must be answered with `status`.
async fn timed(status: u16, request: impl AsyncFn(usize) -> Result<Answer, Failure>) -> Result<Duration, Failure> {
    let mut times = Vec::new();
    for place in 0..REQUESTS {
        let answer = request(place).await?;
        if answer.status != status {
            return Err(format!("{} instead of {status}: {}", answer.status, answer.body).into());
        }
        times.push(answer.took);
    }
    times.sort_unstable();
    Ok(times[REQUESTS / 2])
}
