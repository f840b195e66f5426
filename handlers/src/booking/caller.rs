//! Who asks, and what that lets them do.

use super::{Booking, UserId};

/// The scopes of a token whose bearer may act for everyone. A Cognito resource server can only issue the second form
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html>).
pub const ADMIN: [&str; 2] = ["bookings:admin", "bookings/admin"];

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody checked: on a laptop, or a stage without tokens. Everyone may do everything there.
    Unchecked,
    /// A token's bearer.
    Bearer {
        /// The token's `sub` (RFC 7519, section 4.1.2).
        subject: String,
        /// Whether the token carries a scope of [`ADMIN`].
        admin: bool,
    },
}

impl Caller {
    /// Whether the caller may act for `user`.
    #[must_use]
    pub fn is(&self, user: &UserId) -> bool {
        match self {
            Self::Unchecked => true,
            Self::Bearer { subject, admin } => *admin || subject == user.as_str(),
        }
    }

    /// Whether the caller may know that there is such a booking.
    #[must_use]
    pub fn sees(&self, booking: &Booking) -> bool {
        self.is(&booking.user_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_acts_for_itself_and_an_admin_for_everyone() {
        let alice = UserId::parse("alice").unwrap();
        let bearer = |subject: &str, admin| Caller::Bearer { subject: subject.to_owned(), admin };
        assert!(Caller::Unchecked.is(&alice));
        assert!(bearer("alice", false).is(&alice));
        assert!(bearer("root", true).is(&alice));
        for other in ["bob", "Alice", "alice ", ""] {
            assert!(!bearer(other, false).is(&alice), "{other}");
        }
    }
}
