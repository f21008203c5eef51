//! What is written agrees with what exists: files, names, tests and settings.

mod coverage;
mod grants;
mod knobs;
mod length;
mod names;
mod neighbours;
