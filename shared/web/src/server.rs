//! A port of one's own: hyper with deadlines for clients that are slow or idle, and an end.
//!
//! axum's own `serve` has no way to set them, and without them a client that sends nothing is
//! never ended.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{
    BoxError, Router, body::Body, error_handling::HandleErrorLayer, extract::ConnectInfo,
    response::Response,
};
use errors::Error;
use http::{Request, StatusCode};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, time::timeout};
use tower::{ServiceBuilder, ServiceExt, timeout::TimeoutLayer};

mod arrivals;

pub use arrivals::listen;
use arrivals::{Arrivals, Connection};

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// To begin the first request, and to send the head of each, counted from its beginning or the
    /// last answer: so it is also how long a connection may be idle.
    pub head: Duration,
    /// From the head to the answer, the body included.
    pub request: Duration,
    /// To finish what is under way when the server ends.
    pub end: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            // As long as an HTTP API of Amazon's gives a Lambda.
            request: Duration::from_secs(30),
            end: Duration::from_secs(10),
        }
    }
}

/// The head of a request at most. URLs have 32 KiB at most, tokens a few.
const HEAD: usize = 64 * 1024;

/// Answer on `listener` until `stop` resolves, and finish what is under way. Handlers learn the
/// address of who calls (`ConnectInfo`): sign-ins are counted by it.
pub async fn until(
    listener: TcpListener,
    routes: Router,
    deadlines: Deadlines,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(deadlines.head).max_buf_size(HEAD);
    let routes = routes.layer(
        ServiceBuilder::new()
            .layer(HandleErrorLayer::new(too_slow))
            .layer(TimeoutLayer::new(deadlines.request)),
    );
    let connections = GracefulShutdown::new();
    let serve = |(stream, address): Connection| {
        let routes = routes.clone();
        let service = service_fn(move |request| answer(routes.clone(), request, address));
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection failed");
            }
        });
    };
    let mut arrivals = Arrivals::at(listener, deadlines.head);
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            next = arrivals.next() => serve(next),
            () = &mut stop => break,
        }
    }
    arrivals.last().for_each(serve);
    // A connection that a client keeps open must not keep us alive.
    if timeout(deadlines.end, connections.shutdown()).await.is_err() {
        tracing::warn!("requests were under way when the server ended");
    }
}

async fn answer(
    routes: Router,
    mut request: Request<Incoming>,
    address: SocketAddr,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(address));
    routes.oneshot(request.map(Body::new)).await
}

/// Whatever was not sent and answered in time.
async fn too_slow(_: BoxError) -> Error {
    let status = StatusCode::REQUEST_TIMEOUT;
    Error::new(status, "REQUEST_TIMEOUT", "The request was not sent or not answered in time.")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::{body::Bytes, routing::post};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::oneshot,
    };

    use super::*;

    const SHORT: Deadlines = Deadlines {
        head: Duration::from_millis(200),
        request: Duration::from_millis(300),
        end: Duration::from_millis(200),
    };

    async fn serving(stop: impl Future<Output = ()> + Send + 'static) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let length = async |body: Bytes| body.len().to_string();
        let routes = Router::new().route("/length", post(length));
        tokio::spawn(until(listener, routes, SHORT, stop));
        address
    }

    /// What is answered to `sent` before the server closes the connection.
    async fn answered(address: SocketAddr, sent: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        drop(stream.write_all(sent.as_bytes()).await);
        let mut answer = String::new();
        let read = timeout(Duration::from_secs(5), stream.read_to_string(&mut answer)).await;
        // Who still sends when the server closes is reset, and may have read nothing.
        drop(read.expect("the server ends the connection"));
        answer
    }

    #[tokio::test]
    async fn who_sends_nothing_or_half_a_head_is_ended() {
        let address = serving(std::future::pending()).await;
        for sent in ["", "POST /length HTTP/1.1\r\nhost: x\r\n"] {
            let began = Instant::now();
            let answer = answered(address, sent).await;
            assert!(!answer.contains("200 OK"), "{answer}");
            assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        }
    }

    #[tokio::test]
    async fn who_is_idle_after_an_answer_is_ended() {
        let address = serving(std::future::pending()).await;
        let whole = "POST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab";
        let answer = answered(address, whole).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("\r\n\r\n2"), "{answer}");
    }

    #[tokio::test]
    async fn who_sends_half_a_body_is_told_and_ended() {
        let address = serving(std::future::pending()).await;
        let half = "POST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\na";
        let answer = answered(address, half).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains(r#""code":"REQUEST_TIMEOUT""#), "{answer}");
    }

    #[tokio::test]
    async fn a_head_that_is_too_long_is_refused() {
        let address = serving(std::future::pending()).await;
        for (length, is_answered) in [(HEAD / 2, true), (2 * HEAD, false)] {
            let end = "content-length: 0\r\n\r\n";
            let head = format!("POST /length HTTP/1.1\r\nx: {}\r\n{end}", "x".repeat(length));
            let answer = answered(address, &head).await;
            assert_eq!(answer.starts_with("HTTP/1.1 200"), is_answered, "{answer}");
        }
    }

    #[tokio::test]
    async fn an_open_connection_does_not_keep_a_server_alive() {
        let (stop, stopped) = oneshot::channel::<()>();
        let address = serving(async { drop(stopped.await) }).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        // Its request is under way when the end comes.
        stream.write_all(b"POST /length HTTP/1.1\r\ncontent-length: 2\r\n\r\na").await.unwrap();
        stop.send(()).unwrap();
        let mut rest = Vec::new();
        let ended = timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        drop(ended.expect("the server ends"));
        let again = TcpStream::connect(address).await;
        assert!(again.is_err(), "nobody listens any more");
    }
}
