'use strict';

// Rehearses a protected stage's first deployment that fails, its next one, and its removal, on an AWS emulator. No function is called
// here: stubs stand for their executables.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { TEMPLATE, copyService } = require('./support/copy');
const { startEmulator } = require('./support/emulator');

const STAGE = 'test';
const kept = ['--param', 'protected=true', '--param', 'removal=Retain'];

const copy = copyService();
let emulator;
before(async () => {
  emulator = await startEmulator();
});
after(async () => {
  await emulator?.stop();
  copy.remove();
});

/** The template, and a resource that waits in vain for a signal once table and queue are there. */
function failing() {
  const never = `
  - Resources:
      Signal: { Type: AWS::CloudFormation::WaitConditionHandle }
      Never:
        Type: AWS::CloudFormation::WaitCondition
        DependsOn: [BookingsTable, DeadLetters]
        Properties: { Handle: { Ref: Signal }, Timeout: "1" }
`;
  const config = 'serverless-failing.yml';
  fs.writeFileSync(path.join(copy.folder, config), fs.readFileSync(path.join(copy.folder, 'serverless.yml'), 'utf8').trimEnd() + never);
  return ['--config', config];
}

async function sls(...args) {
  const { code, stdout, stderr } = await copy.serverless([...args, '--stage', STAGE, ...TEMPLATE], { env: emulator.env });
  return { code, output: stdout + stderr };
}

async function done(...args) {
  const { code, output } = await sls(...args);
  assert.equal(code, 0, `${output}\n${emulator.log().slice(-4000)}`);
}

const tables = async () => (await emulator.aws('dynamodb', 'list_tables')).TableNames;
const queues = async () => (await emulator.aws('sqs', 'list_queues')).QueueUrls ?? [];
const table = async () => (await emulator.aws('dynamodb', 'describe_table', { TableName: `bookings-${STAGE}` })).Table;

describe('a first deployment that fails', () => {
  it('leaves neither table nor queue, whose names the next one needs', async () => {
    const { code, output } = await sls('deploy', ...kept, ...failing());
    assert.equal(code, 1);
    assert.match(output, /Never/);
    const { StackEvents } = await emulator.aws('cloudformation', 'describe_stack_events', { StackName: `bookings-${STAGE}` });
    const states = (id) => StackEvents.filter((event) => event.LogicalResourceId === id).map(({ ResourceStatus }) => ResourceStatus);
    for (const id of ['BookingsTable', 'DeadLetters']) assert.ok(states(id).includes('DELETE_COMPLETE'), `${id}: ${states(id)}`);
    assert.deepEqual([await tables(), await queues()], [[], []]);
  });

  it('does not prevent the next one, which protects the table', async () => {
    await done('deploy', ...kept);
    assert.equal((await table()).DeletionProtectionEnabled, true);
  });
});

describe('a protected stage', () => {
  it('stays protected when it is deployed again', async () => {
    await done('deploy', ...kept, '--param', 'logRetention=7', '--force');
    assert.equal((await table()).DeletionProtectionEnabled, true);
  });

  it('is not removed', async () => {
    const { code, output } = await sls('remove', ...kept);
    assert.equal(code, 1);
    assert.match(output, /deletion.?protect/i);
    assert.deepEqual(await tables(), [`bookings-${STAGE}`]);
  });

  it('is removed after a deployment without protection, but not while a consumer has a rule on its bus', async () => {
    await done('deploy', '--force');
    assert.ok(!(await table()).DeletionProtectionEnabled);
    const rule = { Name: 'consumer', EventBusName: `bookings-${STAGE}` };
    await emulator.aws('events', 'put_rule', { ...rule, EventPattern: '{"source":["booking"]}' });
    const { code, output } = await sls('remove');
    assert.equal(code, 1, output);
    assert.match(output, /delete consumer first/);
    assert.equal((await emulator.aws('lambda', 'list_functions')).Functions.length, 16);

    await emulator.aws('events', 'delete_rule', rule);
    await done('remove');
    assert.deepEqual([await tables(), await queues()], [[], []]);
  });
});
