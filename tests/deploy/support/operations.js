'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');
const { alarms, metrics, ringing, sections, shown, widgets } = require('./alarms');
const { known } = require('./metrics');

const EVENT_ALARMS = [
  ...['DeadLettersWaiting', 'PublisherFailing', 'PublisherSilent', 'PublisherThrottled', 'StreamBehind'],
  ...['SweeperBehind', 'SweeperFailing', 'SweeperSilent', 'SweeperThrottled'],
];
const OTHER_ALARMS = ['Availability', 'Latency', 'Lateness'].flatMap((name) => [`${name}Fast`, `${name}Slow`]);

/**
 * Tests of the alarms, dashboards and budgets in the packages of stages. `template` returns the resources of a stage.
 */
function operations(template) {
  const names = (stage) => ringing(template(stage)).map(([id]) => id).sort();

  it('have alarms where they are asked for', () => {
    const all = [...EVENT_ALARMS, ...OTHER_ALARMS, 'ConflictsUnusual', 'RemindersMissing', 'TableThrottled'].sort();
    assert.deepEqual([names('prod'), names('staging'), names('test'), names('dev')], [all, all, EVENT_ALARMS, []]);
    assert.equal(template('prod').Budget.Properties.Budget.BudgetLimit.Amount, 120);
    for (const none of ['AlarmTopic', 'Dashboard', 'Budget']) assert.equal(template('dev')[none], undefined);
  });

  it('have a section of the runbook for each alarm, which its description links to, and none besides', () => {
    const linked = alarms(template('prod')).map(([id, { Properties }]) => {
      const [, anchor] = /\. docs\/runbook\.md#(\w+)$/.exec(Properties.AlarmDescription) ?? assert.fail(`${id} links nowhere`);
      return anchor;
    });
    // `webhooksundelivered` is of a stage with webhooks.
    assert.deepEqual([...new Set([...linked, 'budget', 'webhooksundelivered'])].sort(), sections().sort());
  });

  it('have alarms and a dashboard of metrics that somebody sends', () => {
    const all = alarms(template('prod')).flatMap(([, alarm]) => metrics(alarm));
    assert.ok(all.length > 30);
    for (const [namespace, name, dimensions] of [...all, ...shown(template('prod'))]) {
      assert.ok(known(namespace, name, dimensions), `${namespace} ${name} [${dimensions}]`);
    }
  });

  it('have a heartbeat of sweeper and publisher, whose silence is the alarm', () => {
    for (const alarm of ['SweeperSilent', 'PublisherSilent']) {
      const { TreatMissingData, ComparisonOperator, Threshold } = template('prod')[alarm].Properties;
      assert.deepEqual([TreatMissingData, ComparisonOperator, Threshold], ['breaching', 'LessThanThreshold', 1], alarm);
    }
  });

  it('hear the publisher while there is nothing to publish', () => {
    // The number of polls, since each idle one is a 0 and a sum of them would ring.
    const mapping = 'PublishEventsEventSourceMappingDynamodbBookingsTable';
    for (const stage of ['prod', 'staging', 'test']) {
      const { Statistic, Dimensions } = template(stage).PublisherSilent.Properties;
      assert.deepEqual([Statistic, Dimensions], ['SampleCount', [{ Name: 'EventSourceMappingUUID', Value: { Ref: mapping } }]]);
      assert.deepEqual(template(stage)[mapping].Properties.MetricsConfig, { Metrics: ['EventCount'] });
    }
    assert.equal(template('dev')[mapping].Properties.MetricsConfig, undefined);
  });

  it('miss reminders where timers are removed and nothing comes of them, and not where no timer is due', () => {
    const { Metrics, EvaluationPeriods, TreatMissingData } = template('prod').RemindersMissing.Properties;
    assert.deepEqual(Metrics.map(({ MetricStat }) => MetricStat?.Metric.MetricName), ['TimersRemoved', 'RemindersPublished', 'RemindersDropped', undefined]);
    // One period would ring for a timer that is removed in one hour and published in the next.
    assert.deepEqual([EvaluationPeriods, TreatMissingData], [2, 'notBreaching']);
    const missing = (removed, published, dropped) => {
      const values = { removed, published, dropped };
      const IF = (condition, yes, no) => (condition ? yes : no);
      const FILL = (value, other) => value ?? other;
      return new Function('IF', 'FILL', ...Object.keys(values), `return ${Metrics.at(-1).Expression}`)(IF, FILL, ...Object.values(values));
    };
    assert.deepEqual([missing(), missing(9, 9), missing(9, 0, 1), missing(undefined, 3)], [0, 0, 0, 0]);
    assert.deepEqual([missing(9), missing(1, 0, 0)], [9, 1]);
  });

  it('have objectives that ring when a long window and a short one burn, and are calm below', () => {
    for (const name of OTHER_ALARMS) {
      const { AlarmRule } = template('prod')[name].Properties;
      assert.deepEqual(AlarmRule, { 'Fn::Sub': `ALARM("\${${name}Long}") AND ALARM("\${${name}Short}")` });
      const [long, short] = ['Long', 'Short'].map((size) => template('prod')[`${name}${size}`].Properties);
      const period = ({ Metrics }) => Metrics[0].MetricStat.Period;
      assert.equal(period(long), 12 * period(short), name);
      assert.deepEqual([long.Threshold, period(long)], name.endsWith('Fast') ? [14.4, 3600] : [6, 21600]);
      assert.equal(short.Threshold, long.Threshold);
    }
    // 2 % of thirty days in one hour, 5 % in six.
    assert.deepEqual([14.4 / (30 * 24), (6 * 6) / (30 * 24)], [0.02, 0.05]);
    const burn = ({ Properties }) => Properties.Metrics.at(-1).Expression;
    assert.match(burn(template('prod').AvailabilityFastShort), /requests \/ \(100 - 99\.9\)$/);
    assert.match(burn(template('prod').LatencyFastShort), /^\(100 - fast\) \/ \(100 - 99\)$/);
  });

  it('show every alarm on the dashboard', () => {
    const [{ properties }] = widgets(template('prod'));
    assert.deepEqual(properties.alarms.map((arn) => arn.split(':alarm:bookings-prod-')[1]).sort(), names('prod'));
  });

  it('shift traffic with alarms that a tenth of it can ring', () => {
    const prod = template('prod');
    for (const { Name } of prod.GetBookingDeploymentGroup.Properties.AlarmConfiguration.Alarms) {
      const { Metrics, Threshold, MetricName, Dimensions } = prod[Name.Ref].Properties;
      if (MetricName) {
        assert.deepEqual(Dimensions.map((dimension) => dimension.Name), ['FunctionName', 'Resource', 'ExecutedVersion']);
      } else {
        // A share of all requests in per cent; or a burn rate, multiplied by the share that the objective allows.
        const [, objective = 99] = / \/ \(100 - ([\d.]+)\)$/.exec(Metrics.at(-1).Expression) ?? [];
        assert.ok(Threshold * (100 - objective) < 10, Name.Ref);
      }
    }
  });

  it('shift traffic on prod, back when an alarm rings, and through aliases that every event invokes', () => {
    const prod = template('prod');
    const functions = Object.keys(prod).filter((id) => prod[id].Type === 'AWS::Lambda::Function');
    for (const id of functions) {
      const name = id.replace(/LambdaFunction$/, '');
      const { ApplicationName, DeploymentGroupName } = prod[`${name}LambdaAlias`].UpdatePolicy.CodeDeployLambdaAliasUpdate;
      assert.deepEqual([ApplicationName, DeploymentGroupName], [{ Ref: 'Deployments' }, { Ref: `${name}DeploymentGroup` }]);
      const group = prod[`${name}DeploymentGroup`].Properties;
      const { 'Fn::If': config } = group.DeploymentConfigName;
      assert.deepEqual(config, ['Guarded', 'CodeDeployDefault.LambdaCanary10Percent5Minutes', 'CodeDeployDefault.LambdaAllAtOnce']);
      assert.ok(group.AutoRollbackConfiguration.Events.includes('DEPLOYMENT_STOP_ON_ALARM'));
      assert.deepEqual(group.AlarmConfiguration.Enabled, { 'Fn::If': ['Guarded', true, false] });
      // A deployment group cannot watch composite alarms.
      for (const { Name } of group.AlarmConfiguration.Alarms) assert.equal(prod[Name.Ref].Type, 'AWS::CloudWatch::Alarm');
      assert.ok(group.AlarmConfiguration.Alarms.some(({ Name }) => Name.Ref === `${name}NewVersionFailing`));
      const [, , executed] = prod[`${name}NewVersionFailing`].Properties.Dimensions;
      assert.deepEqual(executed.Value, prod[`${name}LambdaAlias`].Properties.FunctionVersion);
    }
    const live = { 'Fn::Join': [':', [{ 'Fn::GetAtt': ['GetBookingLambdaFunction', 'Arn'] }, 'live']] };
    assert.deepEqual(prod.HttpApiIntegrationGetBooking.Properties.IntegrationUri, live);
    const invoked = (stage) => JSON.stringify(Object.values(template(stage)).map(({ Type, Properties: p }) => ({
      'AWS::ApiGatewayV2::Integration': p.IntegrationUri,
      'AWS::Events::Rule': p.Targets,
      'AWS::Lambda::EventSourceMapping': p.FunctionName,
      'AWS::Lambda::Permission': p.FunctionName,
    })[Type] ?? null));
    const count = (text, part) => text.split(part).length - 1;
    assert.equal(count(invoked('prod'), '"live"'), count(invoked('prod'), 'LambdaFunction'));
    assert.equal(count(invoked('dev'), '"live"'), 0);
  });
}

module.exports = { EVENT_ALARMS, operations };
