'use strict';

const fs = require('node:fs');
const path = require('node:path');

const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const TRACES = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
const STREAM = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];

/**
 * Calls of AWS that the service's own functions make, by resource. The table is written from the code
 * (handlers/src/store, handlers/src/events) and not from the template, so that it checks the template. A function that
 * is not in the table may have any permission of those that are, and no other.
 */
const DOES = {
  health: {},
  createBooking: { table: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'] },
  getBooking: { table: ['GetItem'] },
  updateBooking: { table: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  deleteBooking: { table: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  confirmBooking: { table: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  cancelBooking: { table: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  listUserBookings: { user_id_index: ['Query'] },
  listBusyTimes: { table: ['BatchGetItem'] },
  listSlots: { table: ['BatchGetItem'] },
  listResourceBookings: { table: ['BatchGetItem'] },
  getResource: { table: ['GetItem'] },
  setResource: { table: ['GetItem', 'PutItem'] },
  deleteResource: { table: ['GetItem', 'PutItem'] },
  sweepTimers: { table: ['GetItem', 'PutItem', 'Query', 'BatchWriteItem'] },
  deliverWebhooks: { webhooks: ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes', 'GetQueueUrl'].map((action) => `sqs:${action}`) },
  publishEvents: { stream: STREAM, table: ['GetItem'], bus: ['events:PutEvents'], undelivered: ['sqs:GetQueueUrl', 'sqs:SendMessage'] },
};

const RESOURCES = {
  'table': { 'Fn::GetAtt': ['BookingsTable', 'Arn'] },
  'stream': { 'Fn::GetAtt': ['BookingsTable', 'StreamArn'] },
  'user_id_index': { 'Fn::Sub': '${BookingsTable.Arn}/index/user_id_index' },
  'bus': { 'Fn::GetAtt': ['EventBus', 'Arn'] },
  'undelivered': { 'Fn::GetAtt': ['DeadLetters', 'Arn'] },
  'webhooks': { 'Fn::GetAtt': ['Webhooks', 'Arn'] },
};

const permissions = (grants) => grants.flatMap(([actions, resource]) => actions.map((action) => permission(action, resource)));
const onAws = (does) => permissions(Object.entries(does).map(([resource, actions]) => [actions, RESOURCES[resource]]));

/** The permissions that the function `name` should have, as `action on resource`, sorted; `role` is the one that it has. */
function expected(name, role) {
  const logicalId = name[0].toUpperCase() + name.slice(1);
  const always = permissions([
    [LOG, { 'Fn::GetAtt': [`${logicalId}LogGroup`, 'Arn'] }],
    // X-Ray's actions accept no resource but `*`.
    [TRACES, '*'],
  ]);
  const known = new Set(Object.values(DOES).flatMap(onAws));
  const own = DOES[name] ? onAws(DOES[name]) : granted(role).filter((one) => known.has(one));
  return [...always, ...own].sort();
}

/** The functions of every stage: those that serverless.yml has itself. */
function functions() {
  const template = fs.readFileSync(path.resolve(__dirname, '../../../serverless.yml'), 'utf8');
  const [, section] = /\nfunctions:\n([\s\S]*?)\n\S/.exec(template);
  return [...section.matchAll(/^ {2}[- ] (\w+):$/gm)].map(([, name]) => name);
}

function permission(action, resource) {
  return `${action.includes(':') ? action : `dynamodb:${action}`} on ${JSON.stringify(resource)}`;
}

/** The permissions that a role of the template has. */
function granted(role) {
  const statements = role.Properties.Policies.flatMap((policy) => policy.PolicyDocument.Statement);
  return statements
    .flatMap(({ Effect, Action, Resource, ...rest }) => {
      if (Effect !== 'Allow' || Object.keys(rest).length) throw new Error(`unexpected statement: ${JSON.stringify(rest)}`);
      return [Action].flat().flatMap((action) => [Resource].flat().map((resource) => permission(action, resource)));
    })
    .sort();
}

module.exports = { functions: functions(), expected, granted };
