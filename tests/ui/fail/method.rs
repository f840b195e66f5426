use handlers::prelude::*;

mod small_letters {
    use super::*;

    #[handler(get "/health")]
    async fn health() -> () {}
}

mod unknown {
    use super::*;

    #[handler(FETCH "/health")]
    async fn health() -> () {}
}

mod the_gateways {
    use super::*;

    #[handler(OPTIONS "/health")]
    async fn health() -> () {}
}

mod missing {
    use super::*;

    #[handler("/health")]
    async fn health() -> () {}
}

mod without_a_route {
    use super::*;

    #[handler(GET)]
    async fn health() -> () {}
}

mod with_a_comma {
    use super::*;

    #[handler(GET, "/health")]
    async fn health() -> () {}
}

fn main() {}
