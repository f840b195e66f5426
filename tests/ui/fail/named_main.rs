use handlers::prelude::*;

#[handler(GET "/health")]
async fn main() -> () {}
