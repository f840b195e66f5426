'use strict';

// Packages for the three partitions of AWS: the template names none of them, and each region has what it uses.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { TEMPLATE, inCopy } = require('./support/copy');
const { lint } = require('./support/lint');
const { ROOT } = require('./support/serverless');
const { begun } = require('./support/turns');

const PROD = ['--stage', 'prod', ...TEMPLATE, '--param', 'issuer=https://id.example.com/', '--param', 'audience=bookings'];
// AWS GovCloud has no budgets.
const REGIONS = { 'us-east-1': [], 'eu-central-1': [], 'cn-north-1': [], 'us-gov-west-1': ['--param', 'budget=0'] };

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-partitions-'));
after(() => fs.rmSync(folder, { recursive: true }));

const packaged = (region, params) => inCopy(['package', ...PROD, ...params, '--region', region, '--package', path.join(folder, region)]);

for (const [region, params] of Object.entries(REGIONS)) {
  describe(`the package for ${region}`, () => {
    const file = path.join(folder, region, 'cloudformation-template-update-stack.json');
    // cfn-lint runs beside the packages of further regions.
    let linted;
    const all = begun(packaged(region, params).then(({ code, stdout }) => {
      assert.equal(code, 0, stdout);
      linted = begun(lint(file, '--regions', region));
    }));
    before(() => all);

    it('passes cfn-lint, which knows what the region has', () => linted);

    it('leaves it to AWS which partition it is in', () => {
      const template = fs.readFileSync(file, 'utf8');
      assert.deepEqual(template.match(/arn:aws[\w-]*/g), null);
      // Names of services, which are the same in every partition: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
      const domains = new Set(template.match(/[\w.-]+\.amazonaws\.com[\w.]*/g));
      assert.deepEqual([...domains].filter((domain) => !/^[a-z]+\.amazonaws\.com$/.test(domain)), []);
    });
  });
}

it('packaging refuses a budget where AWS has none', async () => {
  const { code, stdout } = await packaged('us-gov-west-1', []);
  assert.equal(code, 1);
  assert.match(stdout, /AWS has no budgets in us-gov-west-1: add --param budget=0/);
});

describe('a stack beside the stages', () => {
  it('names no partition either', () => {
    for (const name of ['edge', 'pipeline-role']) {
      const lines = fs.readFileSync(path.join(ROOT, 'deploy', `${name}.yml`), 'utf8').split('\n').filter((line) => !/^\s*#/.test(line));
      assert.doesNotMatch(lines.join('\n'), /arn:aws/, name);
    }
  });

  it('passes cfn-lint: the edge where CloudFront is managed, the pipeline\'s role everywhere', async () => {
    const edge = lint(path.join(ROOT, 'deploy/edge.yml'), '--regions', 'us-east-1');
    await Promise.all([edge, lint(path.join(ROOT, 'deploy/pipeline-role.yml'), '--regions', ...Object.keys(REGIONS))]);
  });
});
