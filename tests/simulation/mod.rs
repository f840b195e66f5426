//! The parts of the simulation: see `docs/simulation.md`.

mod answers;
mod bus;
mod clients;
mod clock;
mod functions;
mod history;
mod items;
mod model;
mod mood;
mod network;
pub mod plan;
mod run;
pub mod shrink;
pub mod simulate;
mod table;
mod timers;
mod told;
mod trace;
mod world;
