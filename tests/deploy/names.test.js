'use strict';

// Tests of deploy/names.js: no stage's name makes a name that AWS refuses half way through a deployment.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { LONGEST, complaint, tooLong } = require('../../deploy/names');
const { TEMPLATE, inCopy } = require('./support/copy');
const { ROOT } = require('./support/serverless');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-names-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** Types whose names AWS documents no limit for. */
const UNLIMITED = ['AWS::ApiGatewayV2::Api'];
const EVERYTHING = ['alarms=all', 'budget=1', 'shift=CodeDeployDefault.LambdaAllAtOnce', 'webhook=https://example.com/webhooks', 'webhookSecret=webhooks'];
const ALL = EVERYTHING.flatMap((param) => ['--param', param]);
const packaged = (stage, ...more) => inCopy(['package', '--stage', stage, ...TEMPLATE, ...ALL, ...more, '--package', folder]);

/** A resource of the type with a name of `length` characters. */
function resource(Type, property, length) {
  const Properties = property.split('.').reduceRight((value, key) => ({ [key]: value }), 'n'.repeat(length));
  return { Type, Properties };
}

describe('a name', () => {
  for (const [type, properties] of Object.entries(LONGEST)) {
    for (const [property, longest] of Object.entries(properties)) {
      it(`of ${type} may have ${longest} characters and no more`, () => {
        assert.deepEqual(tooLong([resource(type, property, longest)]), []);
        const [{ excess }] = tooLong([resource(type, property, longest + 1)]);
        assert.equal(excess, 1);
        const said = new RegExp(`"some" is too long by 1: ${type} "n+" has ${longest + 1} characters, and AWS takes ${longest}$`);
        assert.match(complaint('some', [resource(type, property, longest + 1)]), said);
      });
    }
  }

  it('that only AWS knows is not complained about', () => {
    assert.equal(complaint('some', [{ Type: 'AWS::IAM::Role', Properties: { RoleName: { 'Fn::Sub': 'n'.repeat(99) } } }, { Type: 'AWS::IAM::Role' }]), undefined);
  });
});

describe('the longest name of a stage', () => {
  // The longest role is bookings-<stage>-eu-central-1-listResourceBookings.
  const longest = 's'.repeat(64 - 'bookings--eu-central-1-listResourceBookings'.length);

  it('packages, with no name that AWS would refuse and none that is not looked at', async () => {
    const { code, stdout } = await packaged(longest);
    assert.equal(code, 0, stdout);
    const file = path.join(folder, 'cloudformation-template-update-stack.json');
    const { Resources } = JSON.parse(fs.readFileSync(file, 'utf8'));
    assert.deepEqual(tooLong(Resources), []);
    const found = Object.values(Resources).flatMap(({ Type, Properties = {} }) => {
      const own = Object.entries({ ...Properties, ...Properties.Budget }).filter(([key, value]) => /Name$/.test(key) && `${value}`.includes(longest));
      return own.map(([key]) => [Type, key]);
    });
    assert.ok(found.length > 50);
    for (const [type, key] of found) {
      const looked = Object.keys(LONGEST[type] ?? {}).some((property) => property.split('.').at(-1) === key);
      assert.ok(looked || UNLIMITED.includes(type), `${type} ${key}`);
    }
  });

  it('and one character more is refused before anything is built', async () => {
    const { code, stdout } = await packaged(`${longest}s`, '--param', 'profile=never-built');
    assert.equal(code, 1);
    assert.match(stdout, /the stage's name "s+" is too long by 1: AWS::IAM::Role "bookings-s+-eu-central-1-listResourceBookings" has 65 characters, and AWS takes 64/);
  });
});

describe('a stack beside the stages', () => {
  const { createRequire } = require('node:module');
  const yaml = createRequire(require.resolve('osls/package.json'))('js-yaml');
  const longest = { 'AWS::IAM::Role': ['RoleName', 64], 'AWS::WAFv2::WebACL': ['Name', 128] };

  for (const file of ['pipeline-role.yml', 'edge.yml']) {
    it(`takes no longer name of a stage than its own names have room for: ${file}`, () => {
      const { Parameters, Resources } = yaml.load(fs.readFileSync(path.join(ROOT, 'deploy', file), 'utf8'));
      const names = Object.values(Resources).flatMap(({ Type, Properties }) => {
        const [property, most] = longest[Type] ?? [];
        const name = Properties[property]?.['Fn::Sub'];
        return name ? [[name.replace('${Stage}', '').length, most]] : [];
      });
      assert.ok(names.length);
      for (const [rest, most] of names) assert.ok(rest + Parameters.Stage.MaxLength <= most);
    });
  }
});
