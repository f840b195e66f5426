//! Numbers of JSON, read from their digits.
//!
//! JSON has one kind of number (RFC 8259, section 6). By JSON Schema, a number without a fraction is an integer,
//! however it is spelled: `900`, `900.0`, `9e2`. Reading the digits avoids the rounding of floats.

use serde_json::value::RawValue;

/// A JSON number, read as an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Integer {
    Is(i128),
    /// Larger than any integer type of Rust can hold.
    TooLarge,
    /// It has a fraction.
    IsNone,
}

/// Reads `number`, which is valid JSON, as an integer.
pub(super) fn integer(number: &str) -> Integer {
    if let Ok(integer) = number.parse() {
        return Integer::Is(integer);
    }
    let (negative, number) = match number.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, number),
    };
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Integer::Is(0);
    }
    // An exponent that does not fit into an i64 is larger than any count of digits that fits into memory.
    let exponent = exponent.parse().unwrap_or(if exponent.starts_with('-') { i64::MIN } else { i64::MAX });
    let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    let zeros = exponent.saturating_sub(length(fraction)).saturating_add(length(digits) - length(significant));
    match usize::try_from(zeros) {
        Err(_) => Integer::IsNone,
        // An i128 has at most 39 digits.
        Ok(zeros) if zeros > 39 => Integer::TooLarge,
        Ok(zeros) => {
            let sign = if negative { "-" } else { "" };
            format!("{sign}{significant}{}", "0".repeat(zeros)).parse().map_or(Integer::TooLarge, Integer::Is)
        }
    }
}

/// `text`, if it is a number in JSON's grammar.
pub(super) fn spelled(text: &str) -> Option<&str> {
    let number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let raw: &RawValue = number.then(|| serde_json::from_str(text).ok()).flatten()?;
    (raw.get() == text).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Integer::*;
    use super::*;

    #[test]
    fn an_integer_is_one_however_it_is_spelled() {
        for text in ["900", "900.0", "9e2", "9E+02", "0.9e3", "90000e-2", "900.000e0", "9.00e2"] {
            assert_eq!(integer(text), Is(900), "{text}");
        }
        assert_eq!(integer("6.048e+05"), Is(604_800));
        for zero in ["0", "-0", "0.0", "-0.0", "0e400", "0.00e-99999999999999999999"] {
            assert_eq!(integer(zero), Is(0), "{zero}");
        }
        for text in ["0.1", "1e-1", "1.05e1", "1e-400", "900.00000000000000000001", "1e-99999999999999999999"] {
            assert_eq!(integer(text), IsNone, "{text}");
        }
        for text in ["1e400", "1e99999999999999999999", "-1e39", "999999999999999999999999999999999999999999"] {
            assert_eq!(integer(text), TooLarge, "{text}");
        }
    }

    #[test]
    fn no_digit_is_lost() {
        assert_eq!(integer("9007199254740993.0"), Is(9_007_199_254_740_993));
        assert_eq!(integer("-9.223372036854775808e18"), Is(i128::from(i64::MIN)));
        assert_eq!(integer("18446744073709551615.00"), Is(i128::from(u64::MAX)));
    }

    #[test]
    fn a_string_spells_a_number_as_json_does() {
        for text in ["5", "-0", "5e1", "50.0", "1e400"] {
            assert_eq!(spelled(text), Some(text));
        }
        for text in ["", "05", "+5", " 5", "5 ", "5.", ".5", "5e", "-", "0x5", "ten", "\"5\"", "[5]", "5,5", "٥"] {
            assert_eq!(spelled(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_spelling_is_the_same_number(value in any::<i64>(), zeros in 0_usize..20, moved in 0_usize..12) {
            prop_assert_eq!(integer(&format!("{value}.{}", "0".repeat(zeros + 1))), Is(i128::from(value)));
            prop_assert_eq!(integer(&format!("{value}{}e-{moved}", "0".repeat(moved))), Is(i128::from(value)));
            let power = 10_i128.pow(u32::try_from(moved).unwrap());
            prop_assert_eq!(integer(&format!("{value}E+{moved}")), Is(i128::from(value) * power));
        }
    }
}
