//! Phone numbers. No account here has one; what names one is answered as GoTrue answers for a
//! number that nobody has.

use crate::error::{Refusal, Result};

/// The types of codes that GoTrue sends to phones.
pub const KINDS: [&str; 2] = ["sms", "phone_change"];

/// Refuse what cannot be a phone number: up to fifteen digits after an optional plus, of which the
/// first is not 0.
pub fn check(phone: &str) -> Result<()> {
    let digits = phone.strip_prefix('+').unwrap_or(phone).replace(' ', "");
    let is_number = (2..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    match is_number {
        true => Ok(()),
        false => Err(Refusal::validation("Invalid phone number format (E.164 required)")),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_phone_number_has_two_to_fifteen_digits() {
        for phone in ["+4512345678", "4512345678", "+45 12 34 56 78", "12", "123456789012345"] {
            assert!(check(phone).is_ok(), "{phone}");
        }
        for phone in ["", "+", "1", "0123456", "1-555-1212", "12x", "++45123", "1234567890123456"] {
            assert!(check(phone).is_err(), "{phone}");
        }
    }
}
