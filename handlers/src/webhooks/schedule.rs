//! When a webhook that was not delivered is tried again.

/// Pauses after each failed try, in seconds: 5 s, 5 min, 30 min, 2 h, 5 h and 10 h. The longest is below the twelve hours
/// for which a message can be invisible
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html>).
const PAUSES: [u32; 6] = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600];

/// Seconds until the next try, after the try number `tries` has failed; 1 is the first. `None` if it was the last.
pub(super) fn pause(tries: u32) -> Option<u32> {
    let failed = usize::try_from(tries.max(1)).unwrap_or(usize::MAX);
    PAUSES.get(failed - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_tried_seven_times_within_18_hours() {
        let pauses: Vec<_> = (1..).map_while(pause).collect();
        assert_eq!(pauses, [5, 300, 1800, 7200, 18_000, 36_000]);
        assert!(pauses.iter().sum::<u32>() < 18 * 3600);
        assert_eq!([pause(7), pause(8), pause(u32::MAX)], [None; 3]);
    }

    #[test]
    fn a_try_without_a_number_is_the_first() {
        assert_eq!(pause(0), Some(5));
    }
}
