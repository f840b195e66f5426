//! A request, as the function behind its route carries it out.

use handlers::booking::{AdministratorError, Booking, BookingError, Caller, ConfirmError, SlotsError};
use handlers::lambda::IfMatch;
use handlers::store::Bookings;

use super::model::{Answer, Request};

pub async fn call(bookings: &Bookings, request: &Request, caller: &Caller) -> Answer {
    let tag = |text: &Option<String>| text.as_deref().map(|text| IfMatch::parse(text).unwrap());
    let booking = |done: Result<Booking, BookingError>| done.map(Answer::Booking);
    let answer = match request {
        Request::Create { new, key } => {
            let made = bookings.create(new.clone(), key.clone(), caller).await;
            made.map(|made| Answer::Created(made.value, made.replayed))
        }
        Request::Update { id, patch, if_match } => {
            booking(bookings.update(*id, patch.clone(), tag(if_match), caller).await)
        }
        Request::Cancel { id, if_match } => booking(bookings.cancel(*id, tag(if_match), caller).await),
        Request::Delete { id, if_match } => bookings.delete(*id, tag(if_match), caller).await.map(|()| Answer::Done),
        Request::Get { id } => booking(bookings.get(*id, caller).await),
        Request::List { user, query } => {
            let page = bookings.list(user, query, caller).await;
            page.map(|page| Answer::Page(page.items, page.next.map(|next| next.as_str().to_owned())))
        }
        Request::Busy { resource, query } => bookings.busy(resource, query).await.map(Answer::Busy),
        Request::Confirm { id, if_match } => match bookings.confirm(*id, tag(if_match), caller).await {
            Ok(booking) => Ok(Answer::Booking(booking)),
            Err(ConfirmError::Cancelled) => Ok(Answer::Cancelled),
            Err(ConfirmError::HoldExpired) => Ok(Answer::HoldExpired),
            Err(ConfirmError::Other(error)) => Err(error),
        },
        Request::Slots { resource, query } => match bookings.slots(resource, query).await {
            Ok(slots) => Ok(Answer::Slots(slots)),
            Err(SlotsError::NoSuchResource) => Err(BookingError::NoSuchResource),
            Err(SlotsError::Other(error)) => Err(error),
        },
        Request::Taking { resource, query } => match bookings.list_of_resource(resource, query, caller).await {
            Ok(page) => Ok(Answer::Page(page.items, page.next.map(|next| next.as_str().to_owned()))),
            Err(AdministratorError::NotAdministrator) => Ok(Answer::Forbidden),
            Err(AdministratorError::Other(error)) => Err(error),
        },
        Request::Resource { resource } => bookings.resource(resource).await.map(Answer::Resource),
        Request::SetRules { resource, rules, if_match } => {
            bookings.set_rules(resource, rules.clone(), tag(if_match)).await.map(Answer::Resource)
        }
        Request::RemoveRules { resource } => bookings.remove_rules(resource).await.map(|()| Answer::Done),
    };
    answer.unwrap_or_else(refusal)
}

fn refusal(error: BookingError) -> Answer {
    match error {
        BookingError::NotFound => Answer::NotFound,
        BookingError::Forbidden => Answer::Forbidden,
        BookingError::TimeTaken { busy, seats_left } => Answer::TimeTaken(busy, seats_left),
        BookingError::HoldExpired => Answer::HoldExpired,
        BookingError::OutsideRules(outside) => Answer::OutsideRules(outside.errors),
        BookingError::NoSuchResource => Answer::Internal("no such resource".to_owned()),
        BookingError::Cancelled => Answer::Cancelled,
        BookingError::VersionChanged { version } => Answer::VersionChanged(version),
        BookingError::Invalid(_) => Answer::Invalid,
        BookingError::KeyReused => Answer::KeyReused,
        BookingError::Deleted => Answer::Deleted,
        BookingError::InvalidCursor => Answer::InvalidCursor,
        BookingError::DayFull => Answer::DayFull,
        BookingError::Throttled(_) => Answer::Throttled,
        BookingError::Contended => Answer::Contended,
        BookingError::Unavailable(_) => Answer::Unavailable,
        BookingError::Internal(cause) => Answer::Internal(handlers::lambda::causes(&cause)),
    }
}
