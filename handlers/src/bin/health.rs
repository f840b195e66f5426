//! `GET /health`

use handlers::prelude::*;

/// How the service is.
#[derive(Serialize, JsonSchema)]
struct Health {
    /// Always `ok`: a service that is not well does not answer.
    #[schemars(extend("const" = "ok"))]
    status: &'static str,
}

/// Whether the service answers.
///
/// It touches nothing: not the table, not the bus.
#[handler(GET "/health")]
async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}
