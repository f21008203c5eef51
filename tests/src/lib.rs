//! Support for tests: a [`World`] is a marketplace that one test has for itself.
//!
//! ```no_run
//! # async fn test() {
//! use tests::World;
//!
//! let world = World::new().await;
//! world.introduce(&["tara", "alice"]).await;
//! let answer = world.rpc("alice", "my_function", serde_json::json!({"p_name": 1})).await;
//! answer.refused(409, "slot_full");
//! # }
//! ```

mod answer;
mod cargo;
pub mod catalog;
mod cluster;
pub mod dialect;
mod empty;
mod gun;
mod scene;
pub mod sources;
mod story;
mod tap;
mod who;
mod world;

pub use answer::Answer;
pub use cargo::cargo;
pub use cluster::private_server;
pub use empty::EmptyDatabase;
pub use gun::Gun;
pub use scene::FreeSlot;
pub use tap::sql_tests;
pub use who::{Who, id};
pub use world::World;
