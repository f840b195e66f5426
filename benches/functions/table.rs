//! Prints the results as a table and compares them with their targets.

/// A row of the table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    what: String,
    ours: String,
    hello: String,
    peer: String,
    target: String,
    exceeded: Exceeded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exceeded {
    No,
    /// Over its target, but a duration, which depends on other load of the machine.
    Perhaps,
    /// Over its target.
    Yes,
}

/// The unit of a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    /// Millions of instructions.
    Instructions,
    /// Millions of bytes.
    Bytes,
    Milliseconds,
    Seconds,
    Requests,
    /// A ratio.
    Times,
}

impl Unit {
    #[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
    fn write(self, value: u64) -> String {
        let value = value as f64;
        match self {
            Self::Instructions => format!("{:.2}M", value / 1e6),
            Self::Bytes => format!("{:.2} MB", value / 1e6),
            Self::Milliseconds => format!("{:.2} ms", value / 1e6),
            Self::Seconds => format!("{:.0} s", value / 1e9),
            Self::Requests => format!("{value}"),
            Self::Times => format!("{:.2}x", value / 1e3),
        }
    }

    fn is_time(self) -> bool {
        matches!(self, Self::Milliseconds | Self::Seconds)
    }
}

impl Row {
    /// A value without a target. Durations are in nanoseconds, ratios in thousandths.
    pub(crate) fn new(what: impl Into<String>, unit: Unit, value: u64) -> Self {
        let none = String::new();
        let (ours, hello, peer, target) = (unit.write(value), none.clone(), none.clone(), none);
        Self { what: what.into(), ours, hello, peer, target, exceeded: Exceeded::No }
    }

    /// A value with its maximum.
    pub(crate) fn held(what: impl Into<String>, unit: Unit, value: u64, most: u64) -> Self {
        let mut row = Self::new(what, unit, value);
        row.target = unit.write(most);
        row.exceeded = match value > most {
            true if unit.is_time() => Exceeded::Perhaps,
            true => Exceeded::Yes,
            false => Exceeded::No,
        };
        row
    }

    /// A row of forbidden things that were found.
    pub(crate) fn absent(what: &str, found: &[String]) -> Self {
        let mut row = Self::new(what, Unit::Requests, 0);
        row.ours = if found.is_empty() { "none".into() } else { found.join(", ") };
        row.target = "none".into();
        row.exceeded = if found.is_empty() { Exceeded::No } else { Exceeded::Yes };
        row
    }

    /// Marks a ratio of durations that were measured in turn.
    pub(crate) fn timed(mut self) -> Self {
        if self.exceeded == Exceeded::Yes {
            self.exceeded = Exceeded::Perhaps;
        }
        self
    }

    /// Adds the value of the bare function.
    pub(crate) fn hello(mut self, unit: Unit, value: u64) -> Self {
        self.hello = unit.write(value);
        self
    }

    /// Adds the value of the peer, if it is installed.
    pub(crate) fn peer(mut self, unit: Unit, value: Option<u64>) -> Self {
        self.peer = value.map(|value| unit.write(value)).unwrap_or_default();
        self
    }
}

/// Prints the table in Markdown. `false` if a value that is not a duration is over its target.
pub(crate) fn print(rows: &[Row]) -> bool {
    let mut lines = vec![["what", "", "hello", "peer", "target", ""].map(str::to_owned)];
    for row in rows {
        let verdict = match row.exceeded {
            Exceeded::No => "",
            Exceeded::Perhaps => "over",
            Exceeded::Yes => "OVER",
        };
        lines.push([&row.what, &row.ours, &row.hello, &row.peer, &row.target, verdict].map(ToOwned::to_owned));
    }
    let widths: Vec<usize> =
        (0..6).map(|column| lines.iter().map(|line| line[column].len()).max().unwrap_or_default()).collect();
    for (place, line) in lines.iter().enumerate() {
        let cells: Vec<_> = line.iter().zip(&widths).map(|(cell, width)| format!(" {cell:width$} ")).collect();
        println!("|{}|", cells.join("|"));
        if place == 0 {
            println!("|{}|", widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("|"));
        }
    }
    rows.iter().all(|row| row.exceeded != Exceeded::Yes)
}
