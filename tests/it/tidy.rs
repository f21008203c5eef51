//! What is written agrees with what is there: files, names, tests and settings.

mod coverage;
mod grants;
mod knobs;
mod length;
mod names;
