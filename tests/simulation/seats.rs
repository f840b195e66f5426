//! Seats over time, counted plainly: for each piece of time between two ends of claims, who has it.

use std::collections::BTreeSet;

use handlers::booking::{BookingId, BusySpan, Day, ResourceId, Stretch, Timestamp};

use super::clock::timestamp;
use super::model::{Stands, State};

/// Seats that are taken.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    pub stretch: Stretch,
    pub seats: i64,
    /// As [`Stands::placed`].
    pub placed: (usize, i64),
}

impl Taken {
    pub fn of(stands: &Stands) -> Self {
        Self { stretch: stands.claimed, seats: stands.booking.seats, placed: stands.placed }
    }
}

/// The seats that the claims on `days` take at `now`, without those of `except`.
pub fn taken(
    state: &State,
    resource: &ResourceId,
    days: impl Iterator<Item = Day>,
    except: Option<BookingId>,
    now: Timestamp,
) -> Vec<Taken> {
    let days: BTreeSet<_> = days.collect();
    let others = state.of_resource(resource).filter(|stands| Some(stands.booking.booking_id) != except);
    let there = others.filter(|stands| stands.counts(now) && stands.days().any(|day| days.contains(&day)));
    there.map(|stands| Taken::of(stands)).collect()
}

/// The pieces of time, in order, with those who have them.
fn pieces(taken: &[Taken]) -> Vec<(Stretch, Vec<&Taken>)> {
    let ends: BTreeSet<i64> = taken.iter().flat_map(|taken| [taken.stretch.from, taken.stretch.to]).collect();
    let pairs = ends.iter().zip(ends.iter().skip(1));
    let pieces = pairs.map(|(from, to)| {
        let piece = Stretch { from: *from, to: *to };
        (piece, taken.iter().filter(|taken| taken.stretch.overlaps(piece)).collect())
    });
    pieces.collect()
}

fn seats(taken: &[&Taken]) -> i64 {
    taken.iter().map(|taken| taken.seats).sum()
}

/// The seats that are left over all of a stretch.
pub fn left(taken: &[Taken], capacity: i64, stretch: Stretch) -> i64 {
    let within = pieces(taken).into_iter().filter(|(piece, _)| piece.overlaps(stretch));
    within.map(|(_, taken)| capacity - seats(&taken)).min().unwrap_or(capacity).min(capacity)
}

/// The longest stretches in which fewer than so many seats are left.
fn short(taken: &[Taken], capacity: i64, of: i64) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::new();
    for (piece, taken) in pieces(taken) {
        if capacity - seats(&taken) >= of {
            continue;
        }
        match joined.last_mut() {
            Some(last) if last.to == piece.from => last.to = piece.to,
            _ => joined.push(piece),
        }
    }
    joined
}

fn times(stretch: Stretch) -> BusySpan {
    BusySpan { start_time: timestamp(stretch.from), end_time: timestamp(stretch.to) }
}

/// Where there are too few seats for a claim, and how many.
pub fn shortage(taken: &[Taken], capacity: i64, claimed: Stretch, of: i64) -> Option<(BusySpan, i64)> {
    let short = short(taken, capacity, of).into_iter().find(|stretch| stretch.overlaps(claimed))?;
    Some((times(short), left(taken, capacity, short).max(0)))
}

/// The stretches in which no seat is left.
pub fn busy(taken: &[Taken], capacity: i64, between: Stretch) -> Vec<BusySpan> {
    short(taken, capacity, 1).into_iter().filter(|stretch| stretch.overlaps(between)).map(times).collect()
}

/// A piece of time in which more seats are taken than the resource had when the last of those who have it got its place.
pub fn overbooked(taken: &[Taken]) -> Option<(Stretch, i64, i64)> {
    pieces(taken).into_iter().find_map(|(piece, taken)| {
        let (_, capacity) = taken.iter().map(|taken| taken.placed).max()?;
        (seats(&taken) > capacity).then_some((piece, seats(&taken), capacity))
    })
}
