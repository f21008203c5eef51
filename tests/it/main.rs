//! What takes two connections, or the whole way from HTTP to the row.

mod auth;
mod booking;
mod delivery;
mod demo;
mod deploy;
mod docs;
mod errors;
mod house;
mod lambda;
mod lean;
mod lens;
mod notification;
mod office;
mod outbox;
mod reschedule;
mod rest;
mod session;
mod slot;
mod sql;
mod sqs;
mod template;
mod token;
mod tutoring;
