//! Trying again what lost to another transaction.

use std::time::Duration;

use uuid::Uuid;

/// Attempts at most, the first included.
const ATTEMPTS: u32 = 4;

/// Run `attempt` until it succeeds, fails for another reason than `lost`, or was tried four
/// times. Nothing may remain of an attempt that lost: Postgres undoes the whole transaction of a
/// serialization failure or a deadlock.
pub async fn while_lost<T, E, Attempt: Future<Output = Result<T, E>>>(
    attempt: impl Fn() -> Attempt,
    lost: impl Fn(&E) -> bool,
) -> Result<T, E> {
    let mut tried = 1;
    loop {
        match attempt().await {
            Err(error) if tried < ATTEMPTS && lost(&error) => {
                // Uuids are the randomness at hand: contenders must not wake together.
                let jitter_ms = u64::from(Uuid::new_v4().as_bytes()[0] % 16);
                tokio::time::sleep(Duration::from_millis((5 << tried) + jitter_ms)).await;
                tried += 1;
            }
            outcome => return outcome,
        }
    }
}

/// Whether a SQLSTATE means that: a serialization failure, or a deadlock.
pub fn is_lost(sqlstate: &str) -> bool {
    matches!(sqlstate, "40001" | "40P01")
}
