'use strict';

// Tests of a package with the executables themselves, as it would be uploaded. package.test.js has the templates of all stages.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const zlib = require('node:zlib');
const { TEMPLATE, inCopy } = require('./support/copy');
const { lint } = require('./support/lint');
const roles = require('./support/roles');
const { HERE, serverless } = require('./support/serverless');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-executables-'));
after(() => fs.rmSync(folder, { recursive: true }));

const file = (name) => path.join(folder, name, 'cloudformation-template-update-stack.json');
const packaged = async (name, run, params) => {
  const { code, stdout, stderr } = await run(['package', '--stage', 'dev', ...params, '--package', path.join(folder, name)]);
  assert.equal(code, 0, `${stdout}${stderr}`);
};

describe('a package', () => {
  before(() => packaged('real', serverless, HERE));

  it('carries a zip with the executable for each function, `bootstrap`', () => {
    for (const name of roles.functions) {
      const zip = fs.readFileSync(path.join(folder, 'real', `${name}.zip`));
      assert.equal(zip.toString('latin1', 30, 39), 'bootstrap', name);
      const executable = zlib.inflateRawSync(zip.subarray(39));
      assert.equal(executable.toString('latin1', 0, 4), '\x7fELF', name);
      assert.ok(executable.length > 100_000, `${name}: ${executable.length} bytes`);
    }
  });

  it('passes cfn-lint', () => lint(file('real')));

  // What package.test.js finds in templates with stubs is true of those with executables.
  it('has the template that stubs have, but for the hashes of the functions\' contents', async () => {
    await packaged('stubs', inCopy, TEMPLATE);
    const settled = (name) =>
      fs.readFileSync(file(name), 'utf8')
        .replace(/\/\d{13}-[\d-]+T[\d:.]+Z\//g, '/time/')
        .replace(/LambdaVersion\w+/g, 'LambdaVersion')
        .replace(/"CodeSha256": ".*"/g, '"CodeSha256": ""');
    assert.deepEqual(JSON.parse(settled('real')), JSON.parse(settled('stubs')));
    const hashes = (name) => new Set(fs.readFileSync(file(name), 'utf8').match(/"CodeSha256": ".*"/g));
    assert.deepEqual([hashes('real').size, hashes('stubs').size], [roles.functions.length, 1]);
  });
});
