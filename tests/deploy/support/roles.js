'use strict';

const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const TRACES = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
const STREAM = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];

/**
 * What each function does on AWS, by resource. The table is written from the code (handlers/src/store, handlers/src/events),
 * not from the template: that is what makes it a check.
 */
const DOES = {
  health: {},
  createBooking: { table: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'] },
  getBooking: { table: ['GetItem'] },
  updateBooking: { table: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  deleteBooking: { table: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  cancelBooking: { table: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'] },
  listUserBookings: { user_id_index: ['Query'] },
  listBusyTimes: { table: ['BatchGetItem'] },
  sweepReminders: { due_index: ['Query'], table: ['UpdateItem'] },
  publishEvents: { stream: STREAM, table: ['BatchGetItem'], bus: ['events:PutEvents'], undelivered: ['sqs:GetQueueUrl', 'sqs:SendMessage'] },
};

const RESOURCES = {
  'table': { 'Fn::GetAtt': ['BookingsTable', 'Arn'] },
  'stream': { 'Fn::GetAtt': ['BookingsTable', 'StreamArn'] },
  'user_id_index': { 'Fn::Sub': '${BookingsTable.Arn}/index/user_id_index' },
  'due_index': { 'Fn::Sub': '${BookingsTable.Arn}/index/due_index' },
  'bus': { 'Fn::GetAtt': ['EventBus', 'Arn'] },
  'undelivered': { 'Fn::GetAtt': ['DeadLetters', 'Arn'] },
};

/** The permissions that the function `name` should have, as `action on resource`, sorted. */
function expected(name) {
  const logicalId = name[0].toUpperCase() + name.slice(1);
  const grants = [
    [LOG, { 'Fn::GetAtt': [`${logicalId}LogGroup`, 'Arn'] }],
    // X-Ray knows no resources; AWS allows nothing but `*` here.
    [TRACES, '*'],
    ...Object.entries(DOES[name]).map(([resource, actions]) => [actions, RESOURCES[resource]]),
  ];
  return grants.flatMap(([actions, resource]) => actions.map((action) => permission(action, resource))).sort();
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

module.exports = { functions: Object.keys(DOES), expected, granted };
