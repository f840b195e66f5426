'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { ROOT, run } = require('./serverless');
const { inTurn } = require('./turns');

/** Asserts that cfn-lint finds nothing in the template `file`, as soon as a processor is free. */
async function lint(file, ...options) {
  // W3005: the framework adds a redundant `DependsOn` to each `GetAtt`, which is harmless.
  const { code, stdout } = await inTurn(() => run(path.join(ROOT, '.venv/bin/cfn-lint'), [...options, '--ignore-checks', 'W3005', '--', file]));
  assert.equal(code, 0, stdout);
}

module.exports = { lint };
