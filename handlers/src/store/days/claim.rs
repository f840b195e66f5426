//! How a claim is stored in the item of its day: a name for the booking, and its times and seats.
//!
//! There are two forms. The plain one is a list of start and end, under the booking's id. Every version of this code can read
//! it. The short one takes 25 bytes instead of 60, and holds seats and the end of a hold, too. It is written where a resource
//! has more than one seat, for holds, and for claims that their buffers make longer than a booking may be. A version that does
//! not know it fails to read the day, and so books nothing on it.
//!
//! The short form is a byte of flags and then numbers as LEB128 (<https://dwarfstd.org>, section 7.6): the start, relative
//! to the day and zigzag-encoded, since a claim can begin before it; the length; the seats, if more than one; and when it
//! lapses, if it is a hold's.

use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::booking::{BookingId, Claim, Day, LONGEST_DAYS, Stretch};

/// Flags of the short form.
const WHOLE_MINUTES: u8 = 1;
const SEATS: u8 = 2;
const LAPSES: u8 = 4;
const MINUTE: i64 = 60_000;

/// A claim in an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StoredClaim {
    /// Start and end, in milliseconds since the Unix epoch.
    Plain(i64, i64),
    Short(Vec<u8>),
}

/// The names of a booking's claims: in the plain and in the short form.
pub(super) fn names(id: BookingId) -> [String; 2] {
    [id.to_string(), short_name(id)]
}

/// The name in the short form: the id's 16 bytes in the base-85 digits of Z85 (<https://rfc.zeromq.org/spec/32/>).
pub(super) fn short_name(id: BookingId) -> String {
    let mut name = String::with_capacity(20);
    for chunk in id.bytes().chunks(4) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        for power in [85_u32.pow(4), 85_u32.pow(3), 85_u32.pow(2), 85, 1] {
            let digit = usize::try_from(number / power % 85).unwrap_or_default();
            name.extend(DIGITS.get(digit).copied().map(char::from));
        }
    }
    name
}

const DIGITS: &[u8; 85] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// The booking of a claim with this name.
pub(super) fn holder(name: &str) -> Option<BookingId> {
    if name.len() != 20 {
        return BookingId::parse(name);
    }
    let mut bytes = [0; 16];
    for (chunk, digits) in bytes.chunks_mut(4).zip(name.as_bytes().chunks(5)) {
        let mut number = 0_u32;
        for digit in digits {
            let digit = DIGITS.iter().position(|known| known == digit)?;
            number = number.checked_mul(85)?.checked_add(u32::try_from(digit).ok()?)?;
        }
        chunk.copy_from_slice(&number.to_be_bytes());
    }
    Some(BookingId::of_bytes(bytes))
}

impl StoredClaim {
    /// The claim as the item of `day` holds it.
    pub(super) fn of(claim: &Claim, day: Day, plain: bool) -> Self {
        let Stretch { from, to } = claim.stretch;
        // Versions of this code that know no buffers pass over a plain claim that is longer than a booking may be.
        let readable = to - from <= LONGEST_DAYS * 24 * 60 * MINUTE;
        if plain && readable && claim.seats == 1 && claim.lapses_at.is_none() {
            return Self::Plain(from, to);
        }
        let (start, length) = (from - day.start_millis(), to - from);
        let unit = if start % MINUTE == 0 && length % MINUTE == 0 { MINUTE } else { 1 };
        let mut bytes = vec![0];
        let mut flags = if unit == MINUTE { WHOLE_MINUTES } else { 0 };
        push(&mut bytes, zigzag(start / unit));
        push(&mut bytes, length.unsigned_abs() / unit.unsigned_abs());
        if claim.seats != 1 {
            flags |= SEATS;
            push(&mut bytes, claim.seats.unsigned_abs());
        }
        if let Some(lapses_at) = claim.lapses_at {
            flags |= LAPSES;
            push(&mut bytes, zigzag(lapses_at));
        }
        bytes[0] = flags;
        Self::Short(bytes)
    }

    /// The claim; `None` if the bytes are none that this release knows.
    pub(super) fn claim(&self, day: Day) -> Option<Claim> {
        let bytes = match self {
            Self::Plain(from, to) => {
                return Some(Claim { stretch: Stretch { from: *from, to: *to }, seats: 1, lapses_at: None });
            }
            Self::Short(bytes) => bytes,
        };
        let (flags, mut rest) = bytes.split_first()?;
        if flags & !(WHOLE_MINUTES | SEATS | LAPSES) != 0 {
            return None;
        }
        let unit = if flags & WHOLE_MINUTES == 0 { 1 } else { MINUTE };
        let from = unzigzag(pull(&mut rest)?).checked_mul(unit)?.checked_add(day.start_millis())?;
        let to = i64::try_from(pull(&mut rest)?).ok()?.checked_mul(unit)?.checked_add(from)?;
        let seats = if flags & SEATS == 0 { 1 } else { i64::try_from(pull(&mut rest)?).ok()? };
        let lapses_at = if flags & LAPSES == 0 { None } else { Some(unzigzag(pull(&mut rest)?)) };
        rest.is_empty().then_some(Claim { stretch: Stretch { from, to }, seats, lapses_at })
    }

    /// Whether it is in the plain form.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self, Self::Plain(..))
    }

    /// The value to write.
    pub(super) fn value(&self) -> AttributeValue {
        let number = |number: &i64| AttributeValue::N(number.to_string());
        match self {
            Self::Plain(from, to) => AttributeValue::L(vec![number(from), number(to)]),
            Self::Short(bytes) => AttributeValue::B(Blob::new(bytes.clone())),
        }
    }
}

fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

fn push(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or_default());
}

fn pull(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

impl Serialize for StoredClaim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(from, to) => (from, to).serialize(serializer),
            Self::Short(bytes) => serializer.serialize_bytes(bytes),
        }
    }
}

impl<'de> Deserialize<'de> for StoredClaim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = StoredClaim;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a claim")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<StoredClaim, A::Error> {
                let mut number = |place| list.next_element()?.ok_or_else(|| A::Error::invalid_length(place, &self));
                Ok(StoredClaim::Plain(number(0)?, number(1)?))
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<StoredClaim, E> {
                Ok(StoredClaim::Short(bytes.to_vec()))
            }

            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<StoredClaim, E> {
                Ok(StoredClaim::Short(bytes))
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(from: i64) -> Day {
        Stretch { from, to: from + 1 }.days().next().unwrap()
    }

    proptest! {
        #[test]
        fn a_claim_is_read_as_it_was_written(
            from in -4_000_000_000_000..4_000_000_000_000_i64, length in 1..3_000_000_000_i64, whole: bool, seats in 1..=1000_i64,
            lapses_at in proptest::option::of(0..4_000_000_000_000_i64), days in 0..33_i64, plain: bool,
        ) {
            let unit = if whole { MINUTE } else { 1 };
            let from = from / unit * unit;
            let to = from + (length / unit).max(1) * unit;
            let claim = Claim { stretch: Stretch { from, to }, seats, lapses_at };
            let day = day(from + days * 86_400_000);
            let stored = StoredClaim::of(&claim, day, plain);
            prop_assert_eq!(stored.claim(day), Some(claim));
            let attribute: aws_sdk_dynamodb::types::AttributeValue = serde_dynamo::to_attribute_value(&stored).unwrap();
            prop_assert_eq!(&attribute, &stored.value());
            let read: StoredClaim = serde_dynamo::from_attribute_value(attribute).unwrap();
            prop_assert_eq!(read, stored);
        }

        #[test]
        fn a_name_is_its_bookings(bytes: [u8; 16]) {
            let id = BookingId::of_bytes(bytes);
            for name in names(id) {
                prop_assert_eq!(holder(&name), Some(id));
            }
            prop_assert_eq!(short_name(id).len(), 20);
        }

        #[test]
        fn what_a_later_release_may_write_is_no_claim(flag in 3..8_u32, more: Vec<u8>) {
            let bytes = [vec![WHOLE_MINUTES | 1 << flag, 0, 60], more].concat();
            prop_assert_eq!(StoredClaim::Short(bytes).claim(day(0)), None);
            prop_assert_eq!(StoredClaim::Short(vec![WHOLE_MINUTES, 0, 60, 0]).claim(day(0)), None);
        }

        #[test]
        fn any_bytes_are_a_claim_or_none(bytes: Vec<u8>, name in "\\PC{0,40}") {
            let _ = StoredClaim::Short(bytes).claim(day(0));
            let _ = holder(&name);
        }
    }

    #[test]
    fn a_claim_that_buffers_make_longer_than_a_booking_is_not_plain() {
        let longest = LONGEST_DAYS * 86_400_000;
        let stored = |length| {
            let claim = Claim { stretch: Stretch { from: 0, to: length }, seats: 1, lapses_at: None };
            StoredClaim::of(&claim, day(0), true)
        };
        assert!(stored(longest).is_plain());
        assert!(!stored(longest + MINUTE).is_plain());
    }

    #[test]
    fn a_class_of_thirty_seats_ten_times_a_day_fits_into_eight_kilobytes() {
        let at = |class: i64| 1_795_000_000_000 / 86_400_000 * 86_400_000 + class * 75 * MINUTE;
        let claim = |class: i64| Claim {
            stretch: Stretch { from: at(class), to: at(class) + 60 * MINUTE },
            seats: 1,
            lapses_at: None,
        };
        // The size of an item: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
        let size = |class: i64| {
            let StoredClaim::Short(bytes) = StoredClaim::of(&claim(class), day(at(class)), false) else { panic!() };
            20 + bytes.len() + 1
        };
        let claims: usize = (0..10).map(|class| 30 * size(class)).sum();
        assert!(claims < 8_000, "{claims}");
    }
}
