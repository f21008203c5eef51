//! Tests that need two connections, or the whole path from HTTP to the row.

// A test that cannot continue should stop and say where; so should its support code.
#![allow(clippy::unwrap_used)]

mod appointment;
mod areas;
mod auth;
mod avenrae;
mod basket;
mod booking;
mod bounds;
mod calendar;
mod clock_turns;
mod connections;
mod coupon;
mod crash;
mod delivery;
mod demo;
mod deploy;
mod deploy_beside;
mod docs;
mod dogs;
mod entry;
mod errors;
mod fitness;
mod functions;
mod house;
mod import;
mod inquiry;
mod killed;
mod lambda;
mod layers;
mod lean;
mod ledger;
mod lens;
mod line;
mod mails;
mod migration;
mod money;
mod newest_postgres;
mod notification;
mod outbox;
mod payment;
mod payout;
mod pipeline;
mod production;
mod reschedule;
mod rest;
mod serve;
mod session;
mod settings;
mod slot;
mod sql;
mod sqs;
mod stories;
mod stripe_webhook;
mod supabase;
mod template;
mod tidy;
mod tls;
mod token;
mod trainers;
mod tutoring;
mod wire;

// Worlds that several tests share. They are part of this program, because tests add their own steps
// to them.
#[path = "../support/office.rs"]
mod office;
#[path = "../support/till.rs"]
mod till;
