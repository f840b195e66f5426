use handlers::prelude::*;

struct Service;

impl Service {
    #[handler(GET "/health")]
    async fn health(&self) -> () {}
}

fn main() {}
