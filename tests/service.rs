//! Tests of the whole service, end to end: the real functions behind the emulator.
//!
//! Each module is a file of this folder, and `cargo test --test service holds::` runs one of them. `modules.rs` fails if a
//! file was forgotten here. `races.rs` is a program of its own: it needs the whole machine.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod common;

mod activity;
mod all_reminders;
mod auth;
mod bodies;
mod bookings;
mod clinic;
mod consumer;
mod contract;
mod deleted;
mod edge;
mod events;
mod failing_webhooks;
mod faults;
mod features;
mod further_reminders;
mod holds;
mod lapsed_holds;
mod logs;
mod metadata;
mod modules;
mod odd_events;
mod openapi;
mod outside_rules;
mod parking;
mod readme;
mod reminders;
mod resource_auth;
mod resource_bookings;
mod round_trips;
mod rules;
mod seats;
mod slots;
mod stack;
mod template;
mod timers;
mod traces;
mod webhooks;
mod zones;
