//! Answers requests until the server is told to stop.

use axum::Router;
use tokio::net::TcpListener;
use web::server::{self, Deadlines};

use crate::open_files;

/// Answer on `listener` until `stop` resolves, and finish what is under way.
pub async fn until(
    listener: TcpListener,
    routes: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    open_files::raise();
    server::until(listener, routes, Deadlines::default(), stop).await;
}
