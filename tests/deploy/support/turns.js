'use strict';

const os = require('node:os');

const waiting = [];
let free = os.availableParallelism();

/** Does `work` when its turn comes: first come, first served, as much at once as there are processors. */
async function inTurn(work) {
  if (free > 0) free -= 1;
  else await new Promise((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    // The turn goes to the next one, or is free again.
    if (waiting.length) waiting.shift()();
    else free += 1;
  }
}

module.exports = { inTurn };
