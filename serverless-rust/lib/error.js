'use strict';

/** An error that the user can fix. The framework shows its message without a stack trace. */
class UserError extends Error {}

module.exports = { UserError };
