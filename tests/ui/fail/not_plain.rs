use handlers::prelude::*;

mod is_unsafe {
    use super::*;

    #[handler(GET "/health")]
    async unsafe fn health() -> () {}
}

mod is_extern {
    use super::*;

    #[handler(GET "/health")]
    async extern "C" fn health() -> () {}
}

fn main() {}
