//! Lambda's Runtime API for one process (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, watch};

/// The server, with channels for events and responses.
pub(crate) struct RuntimeApi {
    /// Value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: String,
    /// Events for the process.
    pub(crate) events: mpsc::UnboundedSender<Bytes>,
    /// Its responses; an `Err` is an error that it has reported.
    pub(crate) answers: mpsc::UnboundedReceiver<Result<Bytes, Bytes>>,
    /// The number of its requests for an event.
    pub(crate) asked: watch::Receiver<usize>,
}

struct State {
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
    answers: mpsc::UnboundedSender<Result<Bytes, Bytes>>,
    asked: watch::Sender<usize>,
}

impl RuntimeApi {
    /// Listens on a free port.
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (events, incoming) = mpsc::unbounded_channel();
        let (outgoing, answers) = mpsc::unbounded_channel();
        let (counter, asked) = watch::channel(0);
        let state = Arc::new(State { events: Mutex::new(incoming), answers: outgoing, asked: counter });
        tokio::spawn(async move {
            // awslambdaric and others may open a second connection. The process ends before this task does.
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                let _ = stream.set_nodelay(true);
                tokio::spawn(async move {
                    let serve = service_fn(|request| serve(Arc::clone(&state), request));
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), serve).await;
                });
            }
        });
        Ok(Self { address, events, answers, asked })
    }
}

async fn serve(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path();
    if path.ends_with("/invocation/next") {
        state.asked.send_modify(|asked| *asked += 1);
        return Ok(match state.events.lock().await.recv().await {
            Some(event) => invocation(event),
            None => status(StatusCode::GONE),
        });
    }
    let succeeded = path.ends_with("/response");
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let _ = state.answers.send(if succeeded { Ok(body) } else { Err(body) });
    Ok(status(StatusCode::ACCEPTED))
}

fn invocation(event: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(event));
    let headers = [
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        // In the year 2100, so that no deadline affects the measurement.
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:000000000000:function:bench"),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
