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

/** A promise that is awaited later, by the test that reports its failure: until then, its failure is not an unhandled one. */
function begun(promise) {
  promise.catch(() => {});
  return promise;
}

module.exports = { inTurn, begun };
