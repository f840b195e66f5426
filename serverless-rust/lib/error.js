'use strict';

/** Something the user can mend: shown as its sentence, without a stack. */
class UserError extends Error {}

module.exports = { UserError };
