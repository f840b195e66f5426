'use strict';

const assert = require('node:assert/strict');
const { it } = require('node:test');

/**
 * Rules that AWS's Well-Architected serverless lens asks of a template, as far as a template can show it:
 * https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/welcome.html
 *
 * Rules with an id are those of AWS's own linter for it, https://awslabs.github.io/serverless-rules/rules. `finds` returns the logical
 * ids that break the rule, and `breaks` changes one resource so that it does. tests/deploy/package.test.js has least privilege, and a role
 * for each function.
 */
const RULES = [
  {
    name: 'every function says how much memory it takes, and for how long (ES1005, ES1006)',
    finds: each('AWS::Lambda::Function', ({ MemorySize, Timeout }) => MemorySize > 0 && Timeout > 0),
    breaks: ({ HealthLambdaFunction: { Properties } }) => delete Properties.Timeout,
  },
  {
    name: 'every function is traced (WS1000)',
    finds: each('AWS::Lambda::Function', ({ TracingConfig }) => TracingConfig?.Mode === 'Active'),
    breaks: ({ HealthLambdaFunction: { Properties } }) => (Properties.TracingConfig.Mode = 'PassThrough'),
  },
  {
    name: 'every log is kept for as long as somebody decided (WS1004)',
    finds: (resources) => {
      const groups = new Set(all(resources, 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.LogGroupName));
      const without = all(resources, 'AWS::Lambda::Function').filter(([, { Properties }]) => !groups.has(`/aws/lambda/${Properties.FunctionName}`));
      const forever = all(resources, 'AWS::Logs::LogGroup').filter(([, { Properties }]) => !Properties.RetentionInDays);
      return [...without, ...forever].map(([id]) => id);
    },
    breaks: ({ HealthLogGroup: { Properties } }) => delete Properties.RetentionInDays,
  },
  {
    name: 'every function logs JSON',
    finds: each('AWS::Lambda::Function', ({ LoggingConfig }) => LoggingConfig?.LogFormat === 'JSON'),
    breaks: ({ HealthLambdaFunction: { Properties } }) => delete Properties.LoggingConfig,
  },
  {
    name: 'what a stream\'s function cannot process goes to a queue, after a limited time (ES1001)',
    finds: each('AWS::Lambda::EventSourceMapping', ({ DestinationConfig, MaximumRetryAttempts, MaximumRecordAgeInSeconds }) =>
      Boolean(DestinationConfig?.OnFailure?.Destination && MaximumRetryAttempts > 0 && MaximumRecordAgeInSeconds > 0)),
    breaks: (resources) => delete first(resources, 'AWS::Lambda::EventSourceMapping').DestinationConfig,
  },
  {
    name: 'one principal may invoke a function, and from one source (WS1002)',
    finds: each('AWS::Lambda::Permission', ({ Principal, SourceArn }) => typeof Principal === 'string' && Principal !== '*' && Boolean(SourceArn)),
    breaks: (resources) => (first(resources, 'AWS::Lambda::Permission').Principal = '*'),
  },
  {
    name: 'a failed invocation that nobody waits for has a destination (ES1007)',
    finds: each('AWS::Lambda::EventInvokeConfig', ({ DestinationConfig }) => Boolean(DestinationConfig?.OnFailure)),
    // A tick carries nothing: the next sweep, a minute later, does its work, and SweeperFailing and SweeperSilent count the failures.
    except: /^SweepTimers/,
  },
  {
    name: 'a rule keeps events that its target refuses',
    finds: each('AWS::Events::Rule', ({ Targets }) => Targets.every(({ DeadLetterConfig }) => DeadLetterConfig)),
    // As above.
    except: /^SweepTimers/,
  },
  {
    name: 'every route asks for a token, but for /health',
    stages: ['prod', 'staging'],
    finds: each('AWS::ApiGatewayV2::Route', ({ AuthorizationType, RouteKey }) => RouteKey === 'GET /health' || AuthorizationType === 'JWT'),
    breaks: (resources) => (first(resources, 'AWS::ApiGatewayV2::Route').RouteKey = 'GET /own'),
  },
  {
    name: 'the API is throttled and logs JSON',
    finds: each('AWS::ApiGatewayV2::Stage', ({ DefaultRouteSettings: settings, AccessLogSettings: log }) =>
      settings?.ThrottlingRateLimit > 0 && settings.ThrottlingBurstLimit > 0 && Boolean(log?.Format.startsWith('{'))),
    breaks: (resources) => delete first(resources, 'AWS::ApiGatewayV2::Stage').DefaultRouteSettings,
  },
  {
    // A table is always encrypted, with a key of DynamoDB's if with no other:
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html
    name: 'queues and buckets are encrypted',
    finds: (resources) => [
      ...each('AWS::SQS::Queue', ({ SqsManagedSseEnabled, KmsMasterKeyId }) => Boolean(SqsManagedSseEnabled || KmsMasterKeyId))(resources),
      ...each('AWS::S3::Bucket', ({ BucketEncryption }) => Boolean(BucketEncryption))(resources),
    ],
    breaks: (resources) => delete first(resources, 'AWS::SQS::Queue').SqsManagedSseEnabled,
  },
  {
    name: 'a bucket is closed to the public and to connections without TLS',
    finds: (resources) => all(resources, 'AWS::S3::Bucket').map(([id, { Properties }]) => [id, Properties]).filter(([id, { PublicAccessBlockConfiguration: block }]) => {
      const policies = all(resources, 'AWS::S3::BucketPolicy').filter(([, { Properties }]) => Properties.Bucket.Ref === id);
      const statements = policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
      const tls = statements.some(({ Effect, Condition }) => Effect === 'Deny' && `${Condition?.Bool?.['aws:SecureTransport']}` === 'false');
      return !(tls && Object.values(block ?? { none: false }).every(Boolean));
    }).map(([id]) => id),
    breaks: (resources) => delete first(resources, 'AWS::S3::Bucket').PublicAccessBlockConfiguration,
  },
  {
    name: 'a table can be restored to any second',
    finds: each('AWS::DynamoDB::Table', ({ PointInTimeRecoverySpecification: recovery }) => Boolean(recovery?.PointInTimeRecoveryEnabled)),
    breaks: (resources) => delete first(resources, 'AWS::DynamoDB::Table').PointInTimeRecoverySpecification,
  },
  {
    name: 'every function that no request waits for has alarms on its errors and its throttles',
    stages: ['prod', 'staging'],
    finds: (resources) => {
      const requested = new Set(all(resources, 'AWS::ApiGatewayV2::Integration').map(([id]) => `${id.replace('HttpApiIntegration', '')}LambdaFunction`));
      const watched = (id, metric) => all(resources, 'AWS::CloudWatch::Alarm').some(([, { Properties: { MetricName, Dimensions, AlarmActions } }]) =>
        MetricName === metric && AlarmActions && Dimensions.some(({ Value }) => Value.Ref === id));
      return all(resources, 'AWS::Lambda::Function').map(([id]) => id).filter((id) => !requested.has(id) && !['Errors', 'Throttles'].every((metric) => watched(id, metric)));
    },
    breaks: (resources) => delete resources.PublisherThrottled,
  },
  {
    name: 'a queue of what failed has an alarm',
    stages: ['prod', 'staging'],
    finds: (resources) => {
      const watched = JSON.stringify(all(resources, 'AWS::CloudWatch::Alarm').filter(([, { Properties }]) => Properties.Namespace === 'AWS/SQS'));
      return all(resources, 'AWS::SQS::Queue').map(([id]) => id).filter((id) => !watched.includes(`"${id}"`));
    },
    breaks: (resources) => delete resources.DeadLettersWaiting,
  },
  {
    name: 'new code gets a part of the traffic first, and goes when an alarm rings',
    stages: ['prod'],
    finds: each('AWS::CodeDeploy::DeploymentGroup', ({ AlarmConfiguration, AutoRollbackConfiguration }) =>
      AlarmConfiguration?.Alarms.length > 0 && AutoRollbackConfiguration?.Events.includes('DEPLOYMENT_STOP_ON_ALARM')),
    breaks: (resources) => delete first(resources, 'AWS::CodeDeploy::DeploymentGroup').AutoRollbackConfiguration,
  },
];

function all(resources, type) {
  return Object.entries(resources).filter(([, { Type }]) => Type === type);
}

const first = (resources, type) => all(resources, type)[0][1].Properties;

/** Finds the resources of a type whose properties are not as they should be. */
function each(type, good) {
  return (resources) => all(resources, type).filter(([, { Properties }]) => !good(Properties)).map(([id]) => id);
}

/** Tests of the stages' packages by these rules. `template` returns the resources of a stage. */
function lens(template) {
  for (const { name, finds, breaks, except, stages = ['prod', 'staging', 'dev'] } of RULES) {
    it(name, () => {
      for (const stage of stages) {
        const found = finds(template(stage));
        // An exception that is none any more is taken out of the rules.
        if (except) assert.ok(found.length > 0, `${stage}: nothing is left of the exception`);
        assert.deepEqual(found.filter((id) => !except?.test(id)), [], stage);
      }
      if (!breaks) return;
      const broken = structuredClone(template(stages[0]));
      breaks(broken);
      assert.equal(finds(broken).length, 1, 'the rule does not see what breaks it');
    });
  }
}

module.exports = { lens };
