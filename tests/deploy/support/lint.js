'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { ROOT, run } = require('./serverless');

/** Asserts that cfn-lint finds nothing in the template `file`. */
async function lint(file, ...options) {
  // W3005: the framework adds a redundant `DependsOn` to each `GetAtt`, which is harmless.
  const { code, stdout } = await run(path.join(ROOT, '.venv/bin/cfn-lint'), [...options, '--ignore-checks', 'W3005', '--', file]);
  assert.equal(code, 0, stdout);
}

module.exports = { lint };
