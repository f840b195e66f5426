//! The schedule: a sweep each minute, and what each must have done.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::{sleep, timeout};

use super::clock::{MINUTE, SECOND, timestamp};
use super::functions::Functions;
use super::items::Writer;
use super::plan::{Plan, Weather};
use super::run::{Role, Run};
use super::sweeping::Sweeping;
use super::timers::{move_watermark, set_watermark, watermark};

impl Functions {
    /// One sweep. It is late by up to two seconds, as a schedule is. Returns whether it has left nothing.
    pub async fn sweep(&self, name: String, seed: u64, weather: Weather) -> bool {
        let world = &self.world;
        let mut rng = Rng::with_seed(seed);
        let time = world.now();
        if weather != Weather::default() {
            sleep(Duration::from_millis(rng.u64(0..2000))).await;
        }
        let began = world.now();
        // A sweep makes a hundred requests.
        let weather = Weather { faults: weather.faults / 20, ..weather };
        let mut run = Run::new(name, Role::Sweeper, rng.u64(..), weather);
        // A long backlog takes more than a sweep if the table is slow.
        let backlog = watermark(&world.table).is_some_and(|(next, _)| next < time / MINUTE - 180);
        run.slow = !weather.is_calm() && rng.u8(..10) < if backlog { 7 } else { 1 };
        let run = Arc::new(run);
        let dies = rng.u8(..100) < weather.deaths;
        let limit = if dies { Duration::from_millis(rng.u64(0..500)) } else { Duration::from_secs(55) };
        world.trace(|| format!("{} begins", run.name));
        let (bookings, fewest) = self.deployed.sweeping();
        *run.sweeping.lock().unwrap() = Some(Sweeping::begin(began, time.max(began + run.skew), fewest));
        let done = timeout(limit, Arc::clone(&run).within(bookings.sweep(timestamp(time)))).await;
        let Some(sweeping) = run.sweeping.lock().unwrap().take() else { return false };
        let calm = run.undisturbed() && !run.pace.lock().unwrap().gave_up;
        let finished = matches!(done, Ok(Ok(()))) && sweeping.finished();
        world.trace(|| format!("{} ends, finished: {finished}, {done:?}", run.name));
        let judged = match done {
            Ok(Ok(())) if calm && !finished && !sweeping.overtaken && world.now() - began < 40 * SECOND => {
                Err("it finishes nothing".to_owned())
            }
            Ok(Ok(())) if calm && finished => sweeping.complete().and_then(|()| {
                run.counted(&[("Sweeps", 1), ("SweepsUnfinished", 0), ("TimersRemoved", sweeping.reminders())])
            }),
            Ok(Ok(())) if calm => run.counted(&[("Sweeps", 1), ("SweepsUnfinished", 1)]),
            Ok(Ok(())) => run.counted(&[("Sweeps", 1)]),
            Ok(Err(_)) if calm => Err("it fails without a fault".to_owned()),
            Ok(Err(_)) => run.counted(&[("Sweeps", 0)]),
            Err(_) => Ok(()),
        };
        world.check(|| run.name.clone(), judged);
        if finished {
            // A busy table may leave it what it has waited for.
            let ahead = if calm { 5 } else { 0 };
            let swept = world.history().swept(began, time.max(began + run.skew).div_euclid(1000) + ahead);
            world.check(|| run.name.clone(), swept);
        }
        finished
    }

    /// The schedule: a sweep each minute. Those that could find nothing are left out, or months would take hours: only
    /// the watermark moves as they would have moved it.
    pub async fn schedule(self, plan: Plan) {
        let world = &self.world;
        let mut rng = Rng::with_seed(plan.seed ^ 0x0005_eeb3);
        // Few histories begin with a new stage.
        if rng.u8(..16) > 0 {
            let minute = world.now() / MINUTE;
            set_watermark(&world.table, minute - 4);
            world.observe(Writer::Sweeper);
            *self.swept.lock().unwrap() = Some(minute);
        }
        for number in 0.. {
            let away = self.until_sweep().await;
            let (seed, minute) = (rng.u64(..), world.now() / MINUTE);
            if away {
                *self.swept.lock().unwrap() = None;
                continue;
            }
            self.catch_up();
            *self.swept.lock().unwrap() = None;
            let (this, weather) = (self.clone(), self.weather(&plan));
            tokio::spawn(async move {
                if this.sweep(format!("sweep {number}"), seed, weather).await {
                    *this.swept.lock().unwrap() = Some(minute);
                }
                this.world.changed.notify_one();
            });
        }
    }

    /// Moves the watermark as the sweeps would have done that were left out.
    pub fn catch_up(&self) {
        let world = &self.world;
        let before = world.now() / MINUTE - 1;
        let swept = self.swept.lock().unwrap().replace(before);
        match swept {
            None => *self.swept.lock().unwrap() = None,
            Some(swept) if swept < before => {
                move_watermark(&world.table, before - swept);
                world.observe(Writer::Sweeper);
            }
            Some(swept) => *self.swept.lock().unwrap() = Some(swept),
        }
    }

    /// Waits for the next minute in which a sweep may find something. Returns whether the sweeper is away then.
    async fn until_sweep(&self) -> bool {
        let world = &self.world;
        loop {
            let next = (world.now() / MINUTE + 1) * MINUTE;
            let due = {
                let history = world.history();
                history.timers.values().filter(|timer| timer.fired.is_none()).map(|timer| timer.due * 1000).min()
            };
            let from = match due {
                _ if self.swept.lock().unwrap().is_none() => next,
                None => i64::MAX,
                // From the minute on in which it is due: a sweep at its beginning must not remove it yet.
                Some(due) => next.max(due / MINUTE * MINUTE),
            };
            let away = world.sweeper_away.load(Ordering::Relaxed);
            tokio::select! {
                biased;
                () = world.clock.sleep_until(from) => return away > world.now(),
                () = world.changed.notified() => {}
            }
        }
    }
}
