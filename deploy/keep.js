'use strict';

// Protection of the table: sets it for a stage with `protected: true`, and keeps `remove` from failing half way.

const { createRequire } = require('node:module');
// The framework's own clients, loaded by the commands that need them.
const client = (name) => createRequire(require.resolve('osls/package.json'))(`@aws-sdk/client-${name}`);

const PROTECTED = 'Protected';
const TABLE = 'BookingsTable';
const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'];

module.exports = class Keep {
  constructor(serverless, options, { log = { notice() {} } } = {}) {
    this.service = serverless.service;
    this.provider = serverless.getProvider('aws');
    this.error = serverless.classes.Error;
    this.log = log;
    this.hooks = {
      'before:aws:deploy:deploy:updateStack': () => this.staysProtected(),
      'before:rollback:rollback': () => this.staysProtected(),
      'after:deploy:deploy': () => this.protect(),
      'before:remove:remove': () => this.consumers(),
    };
  }

  /** An update without the parameter would have its default, and take the protection away. */
  async staysProtected() {
    if (!this.wanted() || !(await this.hasTable())) return;
    const others = this.service.provider.stackParameters ?? [];
    this.service.provider.stackParameters = [...others, { ParameterKey: PROTECTED, ParameterValue: 'true' }];
  }

  /** After the deployment that created the table: updates the stack once more, with the same template. */
  async protect() {
    if (!this.wanted()) return;
    const { DescribeStacksCommand, UpdateStackCommand, waitUntilStackUpdateComplete } = client('cloudformation');
    const cloudFormation = await this.cloudFormation();
    const StackName = this.provider.naming.getStackName();
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
    const { Parameters = [], Tags } = Stacks[0];
    if (Parameters.find(({ ParameterKey }) => ParameterKey === PROTECTED)?.ParameterValue !== 'false') return;
    this.log.notice('Protecting the table');
    const kept = Parameters.filter(({ ParameterKey }) => ParameterKey !== PROTECTED);
    await cloudFormation.send(
      new UpdateStackCommand({
        StackName,
        UsePreviousTemplate: true,
        Capabilities: CAPABILITIES,
        Parameters: [
          ...kept.map(({ ParameterKey }) => ({ ParameterKey, UsePreviousValue: true })),
          { ParameterKey: PROTECTED, ParameterValue: 'true' },
        ],
        Tags,
        // Like every other call of the framework for this stack.
        RoleARN: this.provider.getCustomDeploymentRole?.(),
      }),
    );
    await waitUntilStackUpdateComplete({ client: cloudFormation, maxWaitTime: 900, minDelay: 2, maxDelay: 10 }, { StackName });
  }

  /**
   * A bus with rules cannot be deleted, and the stack's deletion would fail after the functions are gone.
   * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html
   */
  async consumers() {
    const { bus: EventBusName, webhooks } = this.service.custom;
    // An archive's own rule is managed by EventBridge, and goes with the archive. That of webhooks goes with the stack.
    const others = (await this.rules(EventBusName)).filter(({ ManagedBy, Name }) => !ManagedBy && Name !== webhooks);
    const names = others.map(({ Name }) => Name);
    if (!names.length) return;
    throw new this.error(
      `the bus "${EventBusName}" has rules of consumers, and AWS deletes no bus with rules: delete ${names.join(', ')} first ` +
        '(docs/runbook.md#removing-a-stage)',
    );
  }

  /** All rules of a bus; none if there is no such bus. */
  async rules(EventBusName) {
    const { EventBridgeClient, ListRulesCommand } = client('eventbridge');
    const eventBridge = new EventBridgeClient(await this.provider.getAwsSdkV3Config());
    const all = [];
    try {
      for (let NextToken; ; ) {
        const page = await eventBridge.send(new ListRulesCommand({ EventBusName, NextToken }));
        all.push(...(page.Rules ?? []));
        NextToken = page.NextToken;
        if (!NextToken) return all;
      }
    } catch (error) {
      if (error.name === 'ResourceNotFoundException') return [];
      throw error;
    }
  }

  wanted() {
    return String(this.service.provider.deletionProtection) === 'true';
  }

  async hasTable() {
    const { DescribeStackResourceCommand } = client('cloudformation');
    try {
      const table = { StackName: this.provider.naming.getStackName(), LogicalResourceId: TABLE };
      const { StackResourceDetail } = await (await this.cloudFormation()).send(new DescribeStackResourceCommand(table));
      return !['DELETE_COMPLETE', 'CREATE_FAILED'].includes(StackResourceDetail.ResourceStatus);
    } catch (error) {
      // The stack, or the table in it, does not exist.
      if (error.name === 'ValidationError') return false;
      throw error;
    }
  }

  async cloudFormation() {
    const { CloudFormationClient } = client('cloudformation');
    return new CloudFormationClient(await this.provider.getAwsSdkV3Config());
  }
};
