//! A function's main: a router or a job, run by the Lambda runtime.
//!
//! ```ignore
//! fn main() -> ExitCode {
//!     lambda::serve(|| Ok::<_, BadSetting>(rest::router(rest::from_env()?)))
//! }
//! ```
//!
//! Everything is built once per process, connects on first use, and serves one invocation after
//! another. An unusable setting ends the process with one sentence in its log.

use std::{
    fmt::Display,
    process::ExitCode,
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::Router;
use lambda_http::{
    Adapter, aws_lambda_events::apigw::ApiGatewayV2httpRequest, request::LambdaRequest,
};
use lambda_runtime::{Context, LambdaEvent, Service, service_fn};
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use tokio::time::Instant;
use tracing::Instrument;

use telemetry::Format;
use web::cors;

mod address;

type Failure = lambda_runtime::Error;

/// Answer function URLs and the HTTP API with the router that `start` builds.
pub fn serve<E: Display>(start: impl FnOnce() -> Result<Router, E>) -> ExitCode {
    run(async {
        let router = web::observed(built(start)?.merge(cors::otherwise()));
        lambda_runtime::run(service_fn(move |event: LambdaEvent<ApiGatewayV2httpRequest>| {
            let mut adapter = Adapter::from(router.clone());
            let LambdaEvent { payload, context } = event;
            let request = LambdaRequest::ApiGatewayV2(address::repaired(payload, &context));
            adapter.call(LambdaEvent::new(request, context))
        }))
        .await
    })
}

/// Handle events: `handle` gets what `start` built, the event, and the time it must be done by.
///
/// After an error, Lambda tries again as the event source is configured; the error is logged.
pub fn handle<S, E, Event, Answer>(
    start: impl FnOnce() -> Result<S, E>,
    handle: impl AsyncFn(&S, Event, Instant) -> errors::Result<Answer>,
) -> ExitCode
where
    E: Display,
    Event: DeserializeOwned,
    Answer: Serialize,
{
    run(async {
        let (state, handle) = (Arc::new(built(start)?), Arc::new(handle));
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| {
            let (state, handle) = (state.clone(), handle.clone());
            let span = tracing::info_span!("event", request_id = event.context.request_id);
            let deadline = deadline(&event.context);
            let answered = async move { handle(&state, event.payload, deadline).await };
            async { answered.await.map_err(Failure::from) }.instrument(span)
        }))
        .await
    })
}

/// Do scheduled work: `run` gets what `start` built and the time by which it must be done. The
/// event of the schedule is ignored.
pub fn schedule<S, E: Display, Summary: Serialize>(
    start: impl FnOnce() -> Result<S, E>,
    run: impl AsyncFn(&S, Instant) -> errors::Result<Summary>,
) -> ExitCode {
    task(start, async |state: &S, _: IgnoredAny, deadline| run(state, deadline).await)
}

/// Do the task that the event of the schedule names. Its summary is one log line, from which
/// infrastructure/logs.yaml reads metrics.
pub fn task<S, E, Task, Summary>(
    start: impl FnOnce() -> Result<S, E>,
    run: impl AsyncFn(&S, Task, Instant) -> errors::Result<Summary>,
) -> ExitCode
where
    E: Display,
    Task: DeserializeOwned,
    Summary: Serialize,
{
    handle(start, async |state: &S, task: Task, deadline| {
        // Boxed, because the compiler limits the depth of unboxed futures.
        let summary = Box::pin(run(state, task, deadline)).await?;
        report(&summary);
        Ok(summary)
    })
}

/// One line of JSON with the members of the summary at the top level: a metric filter of CloudWatch
/// cannot read numbers inside a text.
fn report(summary: &impl Serialize) {
    let line = serde_json::json!({"level": "INFO", "message": "done", "summary": summary});
    println!("{line}");
}

fn built<T, E: Display>(start: impl FnOnce() -> Result<T, E>) -> Result<T, Failure> {
    start().map_err(|error| Failure::from(error.to_string()))
}

fn run(invocations: impl Future<Output = Result<(), Failure>>) -> ExitCode {
    let outcome = telemetry::start(Format::Json).map_err(Failure::from).and_then(|()| {
        // Lambda gives a process one invocation at a time, so one thread is enough.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(invocations)
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "cannot run");
            ExitCode::FAILURE
        }
    }
}

/// Lambda's deadline is wall-clock time; our timers use the monotonic clock.
fn deadline(context: &Context) -> Instant {
    let left = context.deadline().duration_since(SystemTime::now());
    Instant::now() + left.unwrap_or(Duration::ZERO)
}
