//! The leads of further reminders.

/// The rule that all leads are distinct, also from the `first` one, and that there are none without a first one.
pub(super) fn distinct(first: Option<i64>) -> impl FnOnce(&Vec<i64>, &()) -> garde::Result {
    move |further, ()| broken(first, further).map_or(Ok(()), |rule| Err(garde::Error::new(rule)))
}

/// The rule that these leads break.
pub(super) fn broken(first: Option<i64>, further: &[i64]) -> Option<String> {
    let Some(first) = first else {
        return (!further.is_empty()).then(|| "must be empty where reminder_lead_seconds is null".to_owned());
    };
    let mut seen = vec![first];
    for lead in further {
        if seen.contains(lead) {
            return Some(format!("must be distinct, also from reminder_lead_seconds; {lead} is there twice"));
        }
        seen.push(*lead);
    }
    None
}
