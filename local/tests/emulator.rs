//! Tests of `cargo local` from outside, with services and functions made for them.
//!
//! Each module is a file of this folder. `modules.rs` fails if a file was forgotten here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

mod actions;
mod activity;
mod auth;
mod browsers;
mod bus;
mod command;
mod docs;
mod example;
mod fifo;
mod following;
mod functions;
mod gateway;
mod issuer;
mod lambda;
mod mapping;
mod mapping_lifetime;
mod mapping_shown;
mod modules;
mod page;
mod pages;
mod queues;
mod rooms;
mod rules;
mod start;
mod stream;
#[cfg(unix)]
mod terminal;
mod traces;
mod watch;
mod watched;
