use std::rc::Rc;

use handlers::prelude::*;

#[handler(GET "/health")]
async fn health() -> () {
    let shared = Rc::new(());
    std::future::ready(()).await;
    drop(shared);
}
