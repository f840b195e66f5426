//! The caller of a request, and the users that it may act for.

use super::{Booking, UserId};

/// Scopes of a token that may act for every user. A Cognito resource server can only issue the second form
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html>).
pub const ADMIN: [&str; 2] = ["bookings:admin", "bookings/admin"];

/// The caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Not checked, as in local development or on a stage without tokens. May do everything.
    Unchecked,
    /// The bearer of a token.
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

    /// Whether the caller may see everyone's bookings.
    #[must_use]
    pub fn administers(&self) -> bool {
        match self {
            Self::Unchecked => true,
            Self::Bearer { admin, .. } => *admin,
        }
    }

    /// Whether the caller may know that the booking exists.
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
