//! The crate `lambda` under another name.

extern crate lambda as api;

use api::{Json, Problem, handler};

#[handler(GET "/answer", crate = api)]
async fn answer() -> Result<Json<u8>, Unsure> {
    Err(Unsure::Still)
}

mod schedule {
    #[super::handler(schedule, crate = super::api)]
    async fn think() -> () {}
}

#[derive(Debug, Problem)]
#[problem(crate = api)]
enum Unsure {
    #[problem(status = 503)]
    Still,
}
