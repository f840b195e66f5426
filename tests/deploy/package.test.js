'use strict';

// Tests of the packages of every stage, without AWS credentials: the templates, with stubs for executables. executables.test.js has a
// package with the executables themselves.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { ringing, sections, shown, widgets } = require('./support/alarms');
const { TEMPLATE, copyService, inCopy } = require('./support/copy');
const { costs } = require('./support/costs');
const { lens } = require('./support/lens');
const { lint } = require('./support/lint');
const { known } = require('./support/metrics');
const { operations } = require('./support/operations');
const { lines } = require('./support/access-log');
const roles = require('./support/roles');
const { ROOT, serverless } = require('./support/serverless');
const { begun, inTurn } = require('./support/turns');

// The framework's own dependency.
const yaml = createRequire(require.resolve('osls/package.json'))('js-yaml');
const TOKENS = ['--param', 'issuer=https://id.example.com/', '--param', 'audience=bookings'];
const STAGES = { dev: [], staging: TOKENS, prod: TOKENS, test: [] };
const LINTED = [...Object.keys(STAGES), 'edge', 'webhooks'];
// CodeDeploy's role, which belongs to no function.
const DEPLOYER = 'DeployerRole';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-package-'));
after(() => fs.rmSync(folder, { recursive: true }));

const templateFile = (stage) => path.join(folder, stage, 'cloudformation-template-update-stack.json');
const template = (stage) => JSON.parse(fs.readFileSync(templateFile(stage), 'utf8')).Resources;

// By the name of the package. cfn-lint begins when its package is there, beside further packages.
const linted = {};
/** Packages `stage` into the folder `name`. */
async function packaged(name, stage, params) {
  const { code, stdout, stderr } = await inCopy(['package', '--stage', stage, ...TEMPLATE, ...params, '--package', path.join(folder, name)]);
  assert.equal(code, 0, `${name}: ${stdout}${stderr}`);
  if (LINTED.includes(name)) linted[name] = begun(lint(templateFile(name)));
}
const passesLint = (name) => linted[name] ?? assert.fail(`${name} is not in LINTED`);
/** Packages prod with these parameters, by the names of their folders. */
const deployments = (all) =>
  begun(Promise.all(Object.entries(all).map(([name, given]) =>
    packaged(name, 'prod', [...TOKENS, ...Object.entries(given).flatMap(([param, value]) => ['--param', `${param}=${value}`])]))));

const stages = begun(Promise.all(Object.entries(STAGES).map(([stage, params]) => packaged(stage, stage, params))));
before(() => stages);

/** What prod gives the framework as `provider`. */
async function printed(...params) {
  const { stdout } = await inTurn(() => serverless(['print', '--stage', 'prod', ...TOKENS, ...params, '--path', 'provider', '--format', 'json']));
  return JSON.parse(stdout);
}
const provider = begun(printed());

for (const stage of Object.keys(STAGES)) {
  describe(`the package of ${stage}`, () => {
    it('passes cfn-lint', () => passesLint(stage));

    it('gives each function the permissions that it uses and no others', () => {
      const resources = template(stage);
      const lambdas = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
      const names = lambdas.map(({ Properties }) => Properties.FunctionName.replace(`bookings-${stage}-`, ''));
      assert.deepEqual(names.sort(), [...roles.functions].sort());
      for (const { Properties } of lambdas) {
        const name = Properties.FunctionName.replace(`bookings-${stage}-`, '');
        const [role] = Properties.Role['Fn::GetAtt'];
        assert.deepEqual(roles.granted(resources[role]), roles.expected(name, resources[role]), name);
      }
      const given = new Set(lambdas.map(({ Properties }) => Properties.Role['Fn::GetAtt'][0]));
      const all = Object.keys(resources).filter((id) => resources[id].Type.startsWith('AWS::IAM::') && id !== DEPLOYER);
      assert.deepEqual(all.sort(), [...given].sort(), 'a role or policy that is no function\'s');
      assert.equal(given.size, lambdas.length, 'a role that two functions share');
    });

    it('grants no wildcard but the one that AWS asks for', () => {
      const { [DEPLOYER]: deployer, ...resources } = template(stage);
      for (const role of Object.values(resources).filter(({ Type }) => Type === 'AWS::IAM::Role')) {
        for (const permission of roles.granted(role)) {
          const [action, resource] = permission.split(' on ');
          assert.ok(!action.includes('*'), permission);
          assert.ok(!resource.includes('*') || action.startsWith('xray:'), permission);
        }
      }
    });
  });
}

describe('stages', () => {
  operations(template);
  costs(template);

  const table = (stage) => template(stage).BookingsTable;
  const policies = (stage, id) => [template(stage)[id].DeletionPolicy, template(stage)[id].UpdateReplacePolicy];
  const routes = (stage) => Object.values(template(stage)).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');

  it('keep the table of prod, whatever happens to its stack', () => {
    assert.deepEqual(policies('prod', 'BookingsTable'), ['RetainExceptOnCreate', 'Retain']);
    assert.equal(table('prod').Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled, true);
    assert.deepEqual(policies('dev', 'BookingsTable'), ['Delete', 'Delete']);
  });

  it('keep nothing that a failed first deployment has created, since its names would be taken for the next one', () => {
    for (const [id, { Type, DeletionPolicy }] of Object.entries(template('prod'))) {
      // A version goes with its function, whatever its policy.
      if (Type !== 'AWS::Lambda::Version') assert.notEqual(DeletionPolicy, 'Retain', id);
    }
    assert.deepEqual(policies('prod', 'DeadLetters'), ['RetainExceptOnCreate', 'Retain']);
    // A protected table cannot be deleted by a rollback either. tests/deploy/keep.test.js has when the parameter is set.
    const { Parameters, Conditions, Resources } = JSON.parse(fs.readFileSync(templateFile('prod'), 'utf8'));
    assert.deepEqual(Resources.BookingsTable.Properties.DeletionProtectionEnabled, { 'Fn::If': ['Protected', true, false] });
    assert.deepEqual(Conditions.Protected, { 'Fn::Equals': [{ Ref: 'Protected' }, 'true'] });
    assert.equal(Parameters.Protected.Default, 'false');
  });

  it('ask for a token on every route but health, where an issuer is given', () => {
    const scopes = Object.fromEntries(routes('prod').map(({ Properties: p }) => [p.RouteKey, p.AuthorizationScopes]));
    const of = (route, method) => [method === 'get' ? 'bookings/read' : route === '/resources/{resource_id}' ? 'resources/write' : 'bookings/write'];
    const { paths } = JSON.parse(fs.readFileSync(path.join(ROOT, 'openapi.json'), 'utf8'));
    const expected = Object.entries(paths).flatMap(([route, item]) =>
      Object.keys(item).map((method) => [`${method.toUpperCase()} ${route}`, route === '/health' ? undefined : of(route, method)]),
    );
    assert.ok(expected.length > 7);
    assert.deepEqual(scopes, Object.fromEntries(expected));
    const { JwtConfiguration } = template('prod').HttpApiAuthorizerJwt.Properties;
    assert.deepEqual(JwtConfiguration, { Audience: ['bookings'], Issuer: 'https://id.example.com/' });
    assert.ok(routes('dev').every(({ Properties }) => Properties.AuthorizerId === undefined));
  });

  // `rate(1 minute)` would run in the second in which the stage was deployed first, and make its reminders as late.
  it('sweep timers every minute, in a second that no deployment decides', () => {
    const schedules = Object.values(template('prod')).flatMap(({ Properties }) => Properties?.ScheduleExpression ?? []);
    assert.deepEqual(schedules, ['cron(* * * * ? *)']);
  });

  it('throttle, log and trace', () => {
    const { HttpApiStage, HealthLogGroup, HealthLambdaFunction } = template('prod');
    const { DefaultRouteSettings: settings, RouteSettings } = HttpApiStage.Properties;
    assert.equal(RouteSettings, undefined);
    // Each route's, so that all of them together stay below the 10,000 that AWS allows an account by default.
    const all = settings.ThrottlingRateLimit * routes('prod').length;
    assert.ok(all < 10_000, `${all}`);
    const said = new RegExp(`${all.toLocaleString('en')} requests a second on .prod., ${50 * routes('dev').length} on .dev.`);
    assert.match(fs.readFileSync(path.join(ROOT, 'docs/parameters.md'), 'utf8'), said);
    assert.deepEqual(settings, { DetailedMetricsEnabled: true, ThrottlingRateLimit: 700, ThrottlingBurstLimit: 1400 });
    assert.equal(HealthLogGroup.Properties.RetentionInDays, 90);
    assert.deepEqual(HealthLambdaFunction.Properties.TracingConfig, { Mode: 'Active' });
  });

  // docs/costs.md#lambdas-own-lines
  it('pay for Lambda\'s own lines where somebody looks at them, and for the application\'s everywhere', () => {
    for (const [stage, level] of [['dev', 'INFO'], ['staging', 'INFO'], ['prod', 'WARN'], ['test', 'INFO']]) {
      const lambdas = Object.values(template(stage)).filter(({ Type }) => Type === 'AWS::Lambda::Function');
      for (const { Properties } of lambdas) {
        const { LogFormat, ApplicationLogLevel, SystemLogLevel } = Properties.LoggingConfig;
        assert.deepEqual([LogFormat, ApplicationLogLevel, SystemLogLevel], ['JSON', 'INFO', level], Properties.FunctionName);
      }
    }
  });

  it('write an access log of valid JSON, whichever of its variables have a value', () => {
    const { missing, given } = lines(template('prod').HttpApiStage.Properties.AccessLogSettings.Format);
    assert.ok(Object.values(JSON.parse(missing)).every((value) => value === '-'));
    assert.deepEqual([JSON.parse(given).requestId, JSON.parse(given).error], ['requestId', 'error.message']);
  });

  it('archive events, but for the rehearsal, whose emulator knows no archives', () => {
    assert.equal(template('prod').EventArchive.Properties.RetentionDays, 30);
    assert.equal(template('dev').EventArchive.Properties.RetentionDays, 7);
    assert.equal(template('test').EventArchive, undefined);
  });

  it('tag every resource that takes tags, and not functions alone', async () => {
    assert.deepEqual((await provider).stackTags, { service: 'bookings', stage: 'prod' });
  });

  it('run on arm64 unless another architecture is asked for', async () => {
    assert.equal((await provider).architecture, 'arm64');
  });
});

describe('the serverless lens asks that', () => lens(template));

describe('what deploys prod', () => {
  it('does not wait for alarms where it is told so, when it goes back as well', async () => {
    const { Parameters, Conditions } = JSON.parse(fs.readFileSync(templateFile('prod'), 'utf8'));
    assert.equal(Parameters.RollbackOnAlarm.Default, 'true');
    assert.deepEqual(Conditions.Guarded, { 'Fn::Equals': [{ Ref: 'RollbackOnAlarm' }, 'true'] });
    // The parameters that `serverless rollback` sends with the template from S3.
    assert.deepEqual((await provider).stackParameters, []);
    const { stackParameters } = await printed('--param', 'rollbackOnAlarm=false');
    assert.deepEqual(stackParameters, [{ ParameterKey: 'RollbackOnAlarm', ParameterValue: 'false' }]);
  });

  it('moves aliases of its own functions, looks at alarms, and no more', () => {
    const functions = { 'Fn::Sub': 'arn:${AWS::Partition}:lambda:eu-central-1:${AWS::AccountId}:function:bookings-prod-*' };
    const aliases = ['GetAlias', 'GetProvisionedConcurrencyConfig', 'UpdateAlias'].map((action) => `lambda:${action} on ${JSON.stringify(functions)}`);
    assert.deepEqual(roles.granted(template('prod')[DEPLOYER]), ['cloudwatch:DescribeAlarms on "*"', ...aliases]);
    assert.equal(template('staging')[DEPLOYER], undefined);
  });
});

describe('the edge', () => {
  const stage = 'edge';
  const region = 'arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-0000-0000-000000000000';
  const named = { domain: 'api.example.com', certificate: region };
  const required = { ...named, edgeSecret: 'bookings-prod-edge' };
  const secret = (name) => ({ 'Fn::Join': ['', ['{{resolve:secretsmanager:', name, '}}']] });
  // The deployments of docs/runbook.md#the-edge.
  const all = deployments({ named, edge: required, changing: { ...required, edgeSecretNext: 'bookings-prod-edge-2' } });
  before(() => all);
  /** The secrets that every function of a deployment accepts, and whether the API's own address is closed. */
  const accepted = (step) => {
    const lambdas = Object.values(template(step)).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    const secrets = lambdas.map(({ Properties }) => Properties.Environment.Variables).map((set) => [set.EDGE_SECRET, set.EDGE_SECRET_NEXT]);
    for (const other of secrets) assert.deepEqual(other, secrets[0]);
    return [...secrets[0], template(step).HttpApi.Properties.DisableExecuteApiEndpoint];
  };
  const versions = (step) => Object.entries(template(step)).flatMap(([id, { Type }]) => (Type === 'AWS::Lambda::Version' ? [id] : [])).sort();

  it('passes cfn-lint', () => passesLint(stage));

  it('has the API under its domain alone, and tells the functions by what to know it', () => {
    const { ApiMapping, ApiDomain } = template(stage);
    assert.equal(ApiDomain.Properties.DomainName, 'api.example.com');
    assert.equal(ApiMapping.Properties.ApiMappingKey, 'v1');
    assert.deepEqual(accepted(stage), [secret('bookings-prod-edge'), '', true]);
  });

  it('keeps no error, which would be the answer to somebody else or outlive its cause', () => {
    const edge = yaml.load(fs.readFileSync(path.join(ROOT, 'deploy/edge.yml'), 'utf8')).Resources.Distribution.Properties.DistributionConfig;
    const kept = Object.fromEntries(edge.CustomErrorResponses.map(({ ErrorCode, ErrorCachingMinTTL }) => [ErrorCode, ErrorCachingMinTTL]));
    const all = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504];
    assert.deepEqual(kept, Object.fromEntries(all.map((code) => [code, 0])));
    // CachingDisabled: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
    assert.equal(edge.DefaultCacheBehavior.CachePolicyId, '4135ea2d-6df8-44a3-9df3-4b5a84be39ad');
  });

  it('is not there unless asked for', () => {
    assert.equal(template('prod').ApiMapping, undefined);
    assert.deepEqual(accepted('prod'), ['', '', false]);
  });

  it('leaves the API its own address while clients move to the domain', () => {
    assert.equal(template('named').ApiDomain.Properties.DomainName, 'api.example.com');
    assert.deepEqual(accepted('named'), ['', '', false]);
  });

  it('has functions that accept two secrets while one replaces the other', () => {
    assert.deepEqual(accepted('changing'), [secret('bookings-prod-edge'), secret('bookings-prod-edge-2'), true]);
  });

  // A version keeps its environment, and traffic shifts to new versions only. The framework makes one if the template changed.
  it('shifts to new versions in each step that changes what is accepted', () => {
    const steps = ['prod', 'edge', 'changing'].map(versions);
    for (const ids of steps) assert.equal(ids.length, roles.functions.length);
    assert.equal(new Set(steps.flat()).size, steps.flat().length);
    assert.deepEqual(versions('named'), versions('prod'));
  });
});

describe('webhooks', () => {
  const stage = 'webhooks';
  const address = 'https://example.com/webhooks?for=a=b&token=t,{0}.none';
  const params = { webhook: address, webhookSecret: 'bookings-prod-webhooks' };
  const replacing = { ...params, webhookSecretNext: 'bookings-prod-webhooks-2' };
  const all = deployments({ webhooks: params, replacing, silent: { ...params, alarms: 'none', shift: 'none', budget: 0 } });
  before(() => all);
  const OWN = ['DeliverWebhooksLambdaFunction', 'DeliverWebhooksRole', 'Webhooks', 'WebhooksDeadLetters', 'WebhooksPolicy', 'WebhooksRule', 'WebhooksUndelivered'];

  it('pass cfn-lint', () => passesLint(stage));

  it('are not there unless asked for', () => {
    for (const other of Object.keys(STAGES)) {
      for (const id of OWN) assert.equal(template(other)[id], undefined, `${other} ${id}`);
      assert.doesNotMatch(fs.readFileSync(templateFile(other), 'utf8'), /webhook/i, other);
    }
    for (const id of OWN) assert.ok(template(stage)[id], id);
  });

  it('have a role of their own, for their queue alone', () => {
    const role = template(stage).DeliverWebhooksRole;
    assert.deepEqual(roles.granted(role), roles.expected('deliverWebhooks', role));
    assert.deepEqual(template(stage).DeliverWebhooksLambdaFunction.Properties.Role, { 'Fn::GetAtt': ['DeliverWebhooksRole', 'Arn'] });
  });

  it('go to the address as it was given, signed by secrets that CloudFormation resolves', () => {
    const secret = (name) => ({ 'Fn::Join': ['', ['{{resolve:secretsmanager:', name, '}}']] });
    const set = (step) => {
      const { WEBHOOK_URL, WEBHOOK_SECRET, WEBHOOK_SECRET_NEXT } = template(step).DeliverWebhooksLambdaFunction.Properties.Environment.Variables;
      return [WEBHOOK_URL, WEBHOOK_SECRET, WEBHOOK_SECRET_NEXT];
    };
    assert.deepEqual(set(stage), [address, secret('bookings-prod-webhooks'), '']);
    assert.deepEqual(set('replacing'), [address, secret('bookings-prod-webhooks'), secret('bookings-prod-webhooks-2')]);
  });

  it('come from a rule for every event, and from no other rule', () => {
    const { WebhooksRule, WebhooksPolicy, Webhooks } = template(stage);
    const [bus, source] = [WebhooksRule.Properties.EventBusName, WebhooksRule.Properties.EventPattern.source];
    const published = [...fs.readFileSync(path.join(ROOT, 'docs/events.md'), 'utf8').matchAll(/^\| `(booking\.\w+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual([bus, [...source].sort()], [{ Ref: 'EventBus' }, [...new Set(published)].sort()]);
    assert.deepEqual(WebhooksRule.Properties.Targets.map(({ Arn }) => Arn), [{ 'Fn::GetAtt': ['Webhooks', 'Arn'] }]);
    const [{ Condition, Principal, Action }] = WebhooksPolicy.Properties.PolicyDocument.Statement;
    assert.deepEqual([Principal, Action], [{ Service: 'events.amazonaws.com' }, 'sqs:SendMessage']);
    assert.deepEqual(Condition, { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['WebhooksRule', 'Arn'] } } });
    assert.equal(Webhooks.Properties.QueueName, 'bookings-prod-webhooks');
  });

  it('are tried seven times, each while the message is invisible for long enough, and are kept for 14 days', () => {
    const { Webhooks, WebhooksDeadLetters, DeliverWebhooksLambdaFunction } = template(stage);
    const { RedrivePolicy, VisibilityTimeout, MessageRetentionPeriod } = Webhooks.Properties;
    assert.deepEqual([RedrivePolicy.maxReceiveCount, MessageRetentionPeriod], [7, 1209600]);
    assert.deepEqual(RedrivePolicy.deadLetterTargetArn, { 'Fn::GetAtt': ['WebhooksDeadLetters', 'Arn'] });
    assert.ok(VisibilityTimeout >= 6 * DeliverWebhooksLambdaFunction.Properties.Timeout);
    assert.equal(WebhooksDeadLetters.Properties.MessageRetentionPeriod, 1209600);
    assert.deepEqual([WebhooksDeadLetters.DeletionPolicy, WebhooksDeadLetters.UpdateReplacePolicy], ['RetainExceptOnCreate', 'Retain']);
    for (const { Properties } of [Webhooks, WebhooksDeadLetters]) assert.equal(Properties.SqsManagedSseEnabled, true);
  });

  it('are read by an alias, a bounded number at once, and fail one by one', () => {
    const [mapping] = Object.values(template(stage)).filter(({ Type, Properties }) =>
      Type === 'AWS::Lambda::EventSourceMapping' && JSON.stringify(Properties.EventSourceArn).includes('"Webhooks"'));
    const { FunctionResponseTypes, ScalingConfig, FunctionName } = mapping.Properties;
    assert.deepEqual([FunctionResponseTypes, ScalingConfig], [['ReportBatchItemFailures'], { MaximumConcurrency: 10 }]);
    assert.match(JSON.stringify(FunctionName), /DeliverWebhooksLambdaFunction.*"live"/);
  });

  it('have an alarm where the stage has alarms, which the dashboard and the runbook know', () => {
    const { AlarmDescription, Dimensions } = template(stage).WebhooksUndelivered.Properties;
    assert.match(AlarmDescription, /docs\/runbook\.md#webhooksundelivered$/);
    assert.ok(sections().includes('webhooksundelivered'));
    assert.deepEqual(Dimensions, [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['WebhooksDeadLetters', 'QueueName'] } }]);
    const [{ properties }] = widgets(template(stage));
    assert.deepEqual(properties.alarms.map((arn) => arn.split(':alarm:bookings-prod-')[1]).sort(), ringing(template(stage)).map(([id]) => id).sort());
    for (const [namespace, name, dimensions] of shown(template(stage))) assert.ok(known(namespace, name, dimensions), `${namespace} ${name}`);
    assert.ok(shown(template(stage)).some(([, name]) => name === 'WebhooksDelivered'));
    assert.equal(template('silent').WebhooksUndelivered, undefined);
    assert.ok(template('silent').Webhooks);
  });
});

// Nothing of `.serverless` is used before a refusal, so these run side by side in one copy. No executables are there: what is not refused
// fails for another reason.
describe('packaging refuses', { concurrency: os.availableParallelism() }, () => {
  const copy = copyService();
  after(copy.remove);
  const refused = async (args, reason, { run = copy.serverless, env } = {}) => {
    const given = [...TEMPLATE, '--param', 'profile=never-built', '--package', path.join(folder, 'refused'), ...args];
    const { code, stdout, stderr } = await run(['package', ...given], { env });
    assert.equal(code, 1);
    assert.match(stdout, reason);
    return stdout + stderr;
  };

  it('prod that is open to everyone', () => refused(['--stage', 'prod'], /authorizers\.jwt\.issuerUrl/));
  it('an issuer without an audience', () => refused(['--stage', 'dev', ...TOKENS.slice(0, 2)], /authorizers\.jwt\.audience/));
  it('an audience without an issuer', () => refused(['--stage', 'dev', ...TOKENS.slice(2)], /authorizers\.jwt\.issuerUrl/));

  for (const [params, reason] of [
    ['alarm=all', /there is no parameter "alarm"; there are alarmEmail, alarms, /],
    ['alarms=some', /alarms is none, events or all, not "some"/],
    ['budget=lots', /budget is a number/],
    ['budget=10', /add --param alarms=all/],
    ['alarmEmail=me@example.com', /add --param alarms=all/],
    ['shift=CodeDeployDefault.LambdaAllAtOnce', /asks for all alarms/],
    ['domain=api.example.com', /domain and certificate go together/],
    ['certificate=arn:aws:acm:eu-central-1:123456789012:certificate/0', /domain and certificate go together/],
    ['edgeSecret=bookings-edge', /edgeSecret is for a domain/],
    ['edgeSecretNext=bookings-edge', /edgeSecretNext replaces edgeSecret/],
    ['edgeSecret=', /the parameter "edgeSecret" is empty/],
    ['systemLogLevel=SOME', /systemLogLevel/],
    ['webhook=https://example.com/webhooks', /webhook needs a secret: add --param webhookSecret/],
    ['webhookSecret=bookings-dev-webhooks', /webhookSecret signs what is sent to webhook/],
    ['webhookSecretNext=bookings-dev-webhooks', /webhookSecretNext replaces webhookSecret/],
  ]) {
    it(params, () => refused(['--param', params], reason));
  }

  describe('a webhook', () => {
    const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const to = (address, ...more) => [`webhook=${address}`, 'webhookSecret=bookings-dev-webhooks', ...more].flatMap((param) => ['--param', param]);
    for (const [what, address, reason] of [
      ['to another machine without TLS', 'http://example.com/webhooks', /webhook has to begin with https:\/\//],
      ['to a name that only looks like this machine', 'http://localhost.example.com/', /webhook has to begin with https:\/\//],
      ['to an address with a password', 'https://me:s3cret@example.com/webhooks', /webhook has a user name or a password/],
      ['to an address with a user name', 'https://me@example.com/webhooks', /webhook has a user name or a password/],
      ['to an address with a fragment', 'https://example.com/webhooks#part', /webhook has a fragment/],
      ['to a host without a scheme', 'example.com/webhooks', /webhook is no address/],
      ['to another scheme', 'ftp://example.com/', /webhook is no address/],
      ['to what the function would read otherwise', 'https:example.com/webhooks', /webhook is no address/],
    ]) {
      it(what, async () => assert.doesNotMatch(await refused(to(address), reason), /s3cret/));
    }
    it('whose secret would stand in the template', async () => {
      const given = (secret, ...more) => ['webhook=https://example.com/', `webhookSecret=${secret}`, ...more].flatMap((param) => ['--param', param]);
      await refused(given(SECRET), /webhookSecret is the secret itself/);
      await refused(given('bookings-dev-webhooks', `webhookSecretNext=${SECRET}`), /webhookSecretNext is the secret itself/);
    });
    it('whose secret is replaced by itself', () =>
      refused(to('https://example.com/', 'webhookSecretNext=bookings-dev-webhooks'), /webhookSecretNext and webhookSecret are the same/));
  });

  describe('a stage with a domain', () => {
    const named = ['--param', 'domain=api.example.com', '--param', 'certificate=arn:aws:acm:eu-central-1:123456789012:certificate/0'];
    const secret = [...named, '--param', 'edgeSecret=bookings-edge'];
    const own = 'https://abcdef1234.execute-api.eu-central-1.amazonaws.com';
    it('whose secret is replaced by itself', () => refused([...secret, '--param', 'edgeSecretNext=bookings-edge'], /are the same secret/));
    it('without the address to test it by', () => refused(named, /set SMOKE_URL=https:\/\/api\.example\.com\/v1/, { env: { SMOKE_URL: '' } }));
    it('that would be tested at the address that it closes', () => refused(secret, /answers at its domain only/, { env: { SMOKE_URL: own } }));
  });

  describe('an endpoint of one\'s own', () => {
    const endpoint = async (role, params, reason) => {
      const own = copyService();
      const template = path.join(own.folder, 'serverless.yml');
      const [functions, rest] = fs.readFileSync(template, 'utf8').split('\nresources:\n');
      const added = `\n    own:\n      handler: health\n${role}      events:\n        - httpApi: GET /own\n`;
      fs.writeFileSync(template, `${functions}${added}\nresources:\n${rest}`);
      await refused(params, reason, { run: own.serverless }).finally(own.remove);
    };

    it('without a role', () => endpoint('', [], /"own" has no role/));
    it('without an authorizer, where the others have one', () => endpoint('      role: HealthRole\n', TOKENS, /"own" asks for no token/));
  });
});
