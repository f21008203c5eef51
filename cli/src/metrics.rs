//! Metrics for Prometheus: requests by route and status, and how full the pools are.

use axum::{Router, routing::get};
use axum_prometheus::{
    EndpointLabel, GenericMetricLayer, Handle, PrometheusMetricLayerBuilder, metrics::gauge,
    metrics_exporter_prometheus::PrometheusHandle,
};
use postgres::Db;

use crate::routers::House;

/// Returns `router` with counters, and a router that answers `/metrics`.
///
/// Routes are counted by their pattern (`/rest/v1/{*path}`): with a label for every requested
/// table, the number of labels would have no limit.
pub fn layered(router: Router, house: &House) -> (Router, Router) {
    let (layer, handle): (GenericMetricLayer<'_, PrometheusHandle, Handle>, _) =
        PrometheusMetricLayerBuilder::new()
            .with_prefix("convene")
            .with_endpoint_label_type(EndpointLabel::MatchedPathWithFallbackFn(|_| "other".into()))
            .with_default_metrics()
            .build_pair();
    let pools = [("api", house.api.clone()), ("service", house.service.clone())];
    let scrape = get(move || {
        pools.iter().for_each(|(login, pool)| measure(login, pool));
        let text = handle.render();
        async { text }
    });
    (router.layer(layer), Router::new().route("/metrics", scrape))
}

fn measure(login: &'static str, pool: &Db) {
    let status = pool.status();
    let numbers = [("open", status.size), ("idle", status.available), ("wanted", status.waiting)];
    for (state, number) in numbers {
        gauge!("convene_database_connections", "login" => login, "state" => state)
            .set(number as f64);
    }
}
