'use strict';

// Tests of deploy/keep.js, against a fake CloudFormation and a fake EventBridge that record what they are asked.

const assert = require('node:assert/strict');
const http = require('node:http');
const { describe, it } = require('node:test');
const Keep = require('../../deploy/keep');

const ROLLBACK = ['RollbackOnAlarm', 'true'];

/** Answers of CloudFormation, by action: XML as https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/ has it. */
function cloudFormation({ parameters = [], table = true }, asked) {
  const member = ([key, value]) => `<member><ParameterKey>${key}</ParameterKey><ParameterValue>${value}</ParameterValue></member>`;
  const stack = (status) =>
    `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>s</StackName><StackStatus>${status}</StackStatus>` +
    `<Parameters>${parameters.map(member).join('')}</Parameters><Tags><member><Key>stage</Key><Value>prod</Value></member></Tags>` +
    '</member></Stacks></DescribeStacksResult></DescribeStacksResponse>';
  const missing = '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>does not exist</Message></Error></ErrorResponse>';
  return (action) => ({
    DescribeStacks: [200, stack('UPDATE_COMPLETE')],
    DescribeStackResource: table
      ? [200, '<DescribeStackResourceResponse><DescribeStackResourceResult><StackResourceDetail><ResourceStatus>CREATE_COMPLETE</ResourceStatus></StackResourceDetail></DescribeStackResourceResult></DescribeStackResourceResponse>']
      : [400, missing],
    UpdateStack: [200, '<UpdateStackResponse><UpdateStackResult><StackId>s</StackId></UpdateStackResult></UpdateStackResponse>'],
  })[action] ?? [500, `no ${action} expected after ${asked}`];
}

/** A plugin of a stage, its requests so far, and the parameters that it gives the framework. */
async function plugin(t, { wanted = true, stack = {}, rules = [] }) {
  const asked = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const target = request.headers['x-amz-target'];
    if (target) {
      asked.push(target.split('.')[1]);
      const { NextToken } = JSON.parse(body);
      const page = Number(NextToken ?? 0);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      return response.end(JSON.stringify({ Rules: rules[page] ?? [], NextToken: page + 1 < rules.length ? `${page + 1}` : undefined }));
    }
    const fields = new URLSearchParams(body);
    asked.push(fields.get('Action') === 'UpdateStack' ? Object.fromEntries(fields) : fields.get('Action'));
    const [status, xml] = cloudFormation(stack, asked)(fields.get('Action'));
    response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const service = { custom: { bus: 'bookings-prod', webhooks: 'bookings-prod-webhooks' }, provider: { deletionProtection: wanted, stackParameters: [{ ParameterKey: 'Other' }] } };
  const config = {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const provider = { naming: { getStackName: () => 'bookings-prod' }, getAwsSdkV3Config: async () => config };
  const { hooks } = new Keep({ service, getProvider: () => provider, classes: { Error } }, {});
  return { hooks, asked, parameters: () => service.provider.stackParameters.map(({ ParameterKey: key, ParameterValue: value }) => [key, value]) };
}

const other = ['Other', undefined];

describe('the table of a protected stage', () => {
  it('is not protected by the deployment that creates it, which may have to take it back', async (t) => {
    const { hooks, parameters } = await plugin(t, { stack: { table: false } });
    await hooks['before:aws:deploy:deploy:updateStack']();
    assert.deepEqual(parameters(), [other]);
  });

  it('is protected once that deployment stands, with the template and the parameters that it had', async (t) => {
    const { hooks, asked } = await plugin(t, { stack: { parameters: [ROLLBACK, ['Protected', 'false']] } });
    await hooks['after:deploy:deploy']();
    const update = asked.find((one) => one.Action);
    assert.equal(update.UsePreviousTemplate, 'true');
    assert.deepEqual([update['Parameters.member.1.ParameterKey'], update['Parameters.member.1.UsePreviousValue']], ['RollbackOnAlarm', 'true']);
    assert.deepEqual([update['Parameters.member.2.ParameterKey'], update['Parameters.member.2.ParameterValue']], ['Protected', 'true']);
    assert.deepEqual([update['Tags.member.1.Key'], update['Capabilities.member.2']], ['stage', 'CAPABILITY_NAMED_IAM']);
  });

  it('is not updated again where it is protected', async (t) => {
    const { hooks, asked } = await plugin(t, { stack: { parameters: [['Protected', 'true']] } });
    await hooks['after:deploy:deploy']();
    assert.deepEqual(asked, ['DescribeStacks']);
  });

  for (const hook of ['before:aws:deploy:deploy:updateStack', 'before:rollback:rollback']) {
    it(`stays protected: ${hook}`, async (t) => {
      const { hooks, parameters } = await plugin(t, {});
      await hooks[hook]();
      assert.deepEqual(parameters(), [other, ['Protected', 'true']]);
    });
  }
});

it('a stage that asks for no protection makes no call', async (t) => {
  const { hooks, asked, parameters } = await plugin(t, { wanted: false });
  for (const hook of ['before:aws:deploy:deploy:updateStack', 'before:rollback:rollback', 'after:deploy:deploy']) await hooks[hook]();
  assert.deepEqual([asked, parameters()], [[], [other]]);
});

describe('removing a stage', () => {
  it('is refused while a consumer has a rule on the bus, with the names of all of them', async (t) => {
    const { hooks } = await plugin(t, { rules: [[{ Name: 'mail' }], [{ Name: 'billing' }]] });
    await assert.rejects(hooks['before:remove:remove'](), /delete mail, billing first \(docs\/runbook\.md#removing-a-stage\)/);
  });

  it('does not wait for the rule of webhooks, which is the stack\'s own', async (t) => {
    const { hooks } = await plugin(t, { rules: [[{ Name: 'bookings-prod-webhooks' }]] });
    await hooks['before:remove:remove']();
    const { hooks: others } = await plugin(t, { rules: [[{ Name: 'bookings-prod-webhooks' }, { Name: 'webhooks' }]] });
    await assert.rejects(others['before:remove:remove'](), /delete webhooks first/);
  });

  it('does not wait for the rule of the archive, which EventBridge manages', async (t) => {
    const { hooks } = await plugin(t, { rules: [[{ Name: 'Events-Archive-bookings-prod', ManagedBy: 'prod.vhs.events.aws.internal' }]] });
    await hooks['before:remove:remove']();
  });
});
