//! `GET /health`

use handlers::prelude::*;

/// State of the service.
#[derive(Serialize, JsonSchema)]
struct Health {
    /// Always `ok`: a service that is not well does not answer.
    #[schemars(extend("const" = "ok"))]
    status: &'static str,
}

/// Whether the service answers.
///
/// Uses neither the table nor the bus.
#[handler(GET "/health")]
async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}
