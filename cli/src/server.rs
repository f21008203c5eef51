//! Answers requests until the server is told to stop.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result};
use axum::{Router, serve::ListenerExt};
use tokio::net::TcpListener;

use crate::open_files;

/// How long requests under way may take after the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Answer on `listener` until `stop` resolves, and finish the requests under way. Handlers get the
/// caller's address, because sign-ins are counted by it.
pub async fn until(
    listener: TcpListener,
    routes: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    open_files::raise();
    // TCP_NODELAY: do not delay the last packet of an answer until the client acknowledges the one
    // before.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let (end, ended) = tokio::sync::oneshot::channel();
    let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, routes).with_graceful_shutdown(async move {
        stop.await;
        end.send(()).ok();
    });
    tokio::select! {
        served = served => served.context("Serving failed"),
        // A connection that a client keeps open must not keep this process running.
        () = async { ended.await.ok(); tokio::time::sleep(GRACE).await } => Ok(()),
    }
}
