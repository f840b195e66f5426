'use strict';

// Tests of deploy/release and of the workflow that calls it, with a fake framework that records its arguments.
// CodeDeploy is tested here, because the emulator of the rehearsal does not have it.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const { createRequire } = require('node:module');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { ROOT, run } = require('./support/serverless');

// The framework's own dependency.
const yaml = createRequire(require.resolve('osls/package.json'))('js-yaml');

function folder(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-release-'));
  t.after(() => fs.rmSync(directory, { recursive: true }));
  return directory;
}

const executable = (file, script) => fs.writeFileSync(file, `#!/usr/bin/env bash\n${script}`, { mode: 0o755 });

/** Starts a fake CloudFormation with one stack, whose template is `template`. Returns its address. */
async function cloudFormation(t, template) {
  const escaped = JSON.stringify(template).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const server = http.createServer((request, response) => {
    response.setHeader('content-type', 'text/xml');
    response.end(`<GetTemplateResponse><GetTemplateResult><TemplateBody>${escaped}</TemplateBody></GetTemplateResult></GetTemplateResponse>`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

/**
 * Releases a stage whose deployed template is `template`, with a smoke test of an address where no server listens.
 * Returns the calls of the framework and the result.
 */
async function release(t, { template, info = 'echo "stack: bookings-prod"; echo "region: eu-central-1"', deploy = 'true', ...given }) {
  const { SMOKE_URL = 'http://127.0.0.1:2', options = ['--param', 'a=b'] } = given;
  const bin = folder(t);
  const calls = path.join(bin, 'calls');
  fs.writeFileSync(calls, '');
  // Called as `npx --no-install serverless COMMAND ...`.
  executable(path.join(bin, 'npx'), `echo "\${*:3}" >>'${calls}'\ncase $3 in info) ${info} ;; deploy) ${deploy} ;; esac\n`);
  const env = {
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    AWS_ENDPOINT_URL: template && (await cloudFormation(t, template)),
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    SMOKE_URL,
  };
  const { code, stderr } = await run(path.join(ROOT, 'deploy/release'), ['prod', ...options], { env });
  return { code, stderr, calls: fs.readFileSync(calls, 'utf8').split('\n').filter(Boolean) };
}

const S3Key = 'serverless/bookings/prod/1795339218000-2026-11-22T09:20:18.000Z/health.zip';
const Health = { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key } } };
const given = '--stage prod --param a=b';

describe('deploy/release', () => {
  it('goes back to what the stack has', async (t) => {
    const { code, calls } = await release(t, { template: { Resources: { Bucket: { Type: 'AWS::S3::Bucket' }, Health } } });
    assert.equal(code, 1);
    assert.deepEqual(calls, [`info ${given}`, `deploy --force ${given}`, `rollback --timestamp 1795339218000 ${given}`]);
  });

  it('does not wait for an alarm then, where CodeDeploy shifts', async (t) => {
    const { calls } = await release(t, { template: { Resources: { Health }, Parameters: { RollbackOnAlarm: {} } } });
    assert.equal(calls.at(-1), `rollback --timestamp 1795339218000 --param rollbackOnAlarm=false ${given}`);
  });

  it('has nothing to go back to, the first time', async (t) => {
    const never = 'echo "Stack with id bookings-prod does not exist"; exit 1';
    for (const stage of [{ info: never }, { template: { Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } } }]) {
      const { code, stderr, calls } = await release(t, stage);
      assert.equal(code, 1);
      assert.match(stderr, /there is nothing to go back to/);
      assert.deepEqual(calls, [`info ${given}`, `deploy --force ${given}`]);
    }
  });

  it('deploys nothing where it could not go back', async (t) => {
    const denied = await release(t, { info: 'echo AccessDenied; exit 1' });
    const odd = await release(t, { template: { Resources: { Health: { ...Health, Properties: { Code: { S3Key: 'other.zip' } } } } } });
    for (const { code, calls } of [denied, odd]) assert.deepEqual([code, calls], [1, [`info ${given}`]]);
  });

  it('deploys no domain without the address to test it by', async (t) => {
    const certificate = ['--param', 'certificate=c'];
    for (const options of [['--param', 'domain=api.example.com', ...certificate], ['--param=domain=api.example.com', ...certificate]]) {
      const { code, stderr, calls } = await release(t, { SMOKE_URL: '', options });
      assert.deepEqual([code, calls], [1, []]);
      assert.match(stderr, /set SMOKE_URL=https:\/\/api\.example\.com\/v1/);
    }
    const none = await release(t, { SMOKE_URL: '', options: ['--param', 'domain=none'], info: 'echo AccessDenied; exit 1' });
    assert.deepEqual(none.calls, ['info --stage prod --param domain=none']);
    const named = await release(t, { template: { Resources: { Health } }, options: ['--param', 'domain=api.example.com'] });
    assert.equal(named.calls.length, 3);
  });

  it('tells the framework that it will test, also where it has no address', async (t) => {
    const info = 'echo "address: ${SMOKE_URL-unset}."; exit 1';
    assert.match((await release(t, { info })).stderr, /^address: http:\/\/127\.0\.0\.1:2\.$/m);
    assert.match((await release(t, { SMOKE_URL: '', info })).stderr, /^address: \.$/m);
  });

  it('leaves it to CloudFormation to go back when the deployment fails', async (t) => {
    const { code, calls } = await release(t, { template: { Resources: { Health } }, deploy: 'exit 3' });
    assert.deepEqual([code, calls.length], [3, 2]);
  });
});

describe('deploy-stage.yml', () => {
  const { jobs } = yaml.load(fs.readFileSync(path.join(ROOT, '.github/workflows/deploy-stage.yml'), 'utf8'));
  const { env: names, run: script } = jobs.deploy.steps.at(-1);

  /** The options with which the workflow calls deploy/release, if the stage's environment has these variables. */
  async function options(t, variables) {
    const directory = folder(t);
    fs.mkdirSync(path.join(directory, 'deploy'));
    executable(path.join(directory, 'deploy/release'), 'printf "%s\\n" "$@"\n');
    const env = Object.fromEntries(Object.entries(names).map(([name, value]) => {
      const [, variable] = /^\$\{\{ vars\.(\w+) \}\}$/.exec(value) ?? [];
      return [name, variable ? variables[variable] ?? '' : name];
    }));
    const { code, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: directory, env });
    assert.equal(code, 0, stderr);
    return stdout.trim().split('\n').filter((word) => word !== '--param');
  }

  const least = ['STAGE', '--region', 'eu-central-1', 'builder=built', 'runbook=RUNBOOK'];

  it('gives the stage what its environment says, and no more', async (t) => {
    assert.deepEqual(await options(t, { AWS_REGION: 'eu-central-1' }), least);
    const all = { AWS_REGION: 'eu-central-1', ISSUER: 'i', AUDIENCE: 'a', ALARM_EMAIL: 'e', DOMAIN: 'd', CERTIFICATE: 'c', EDGE_SECRET: 's', EDGE_SECRET_NEXT: 'n' };
    const edge = ['domain=d', 'certificate=c', 'edgeSecret=s', 'edgeSecretNext=n'];
    assert.deepEqual(await options(t, all), [...least, 'issuer=i', 'audience=a', 'alarmEmail=e', ...edge]);
  });

  it('reads no variable that docs/pipelines.md does not name', () => {
    const docs = fs.readFileSync(path.join(ROOT, 'docs/pipelines.md'), 'utf8');
    const read = [...JSON.stringify(jobs).matchAll(/\$\{\{ vars\.(\w+) \}\}/g)].map(([, name]) => name);
    assert.ok(read.length > 8);
    for (const name of read) assert.ok(docs.includes(`\`${name}\``), name);
  });

  it('compiles nothing where AWS trusts the job', () => {
    assert.equal(jobs.deploy.permissions['id-token'], 'write');
    const commands = jobs.deploy.steps.map(({ run: command = '' }) => command).join('\n');
    assert.doesNotMatch(commands, /cargo|pip|npm ci(?!.*--ignore-scripts)/);
    assert.match(commands, /--param builder=built/);
    const { build } = yaml.load(fs.readFileSync(path.join(ROOT, '.github/workflows/deploy.yml'), 'utf8')).jobs;
    assert.deepEqual([build.permissions, build.environment], [{ contents: 'read' }, undefined]);
  });
});

describe('runs of the workflows', () => {
  const files = fs.readdirSync(path.join(ROOT, '.github/workflows'));
  const workflows = Object.fromEntries(files.map((file) => [file, yaml.load(fs.readFileSync(path.join(ROOT, '.github/workflows', file), 'utf8'))]));
  const calls = (file) => Object.values(workflows[file].jobs).map(({ uses = '' }) => path.basename(uses)).filter((name) => workflows[name]);
  /** Whether a run may wait for an approval: a job of it, or of a workflow that it calls, has an environment. */
  const waits = (file) => Object.values(workflows[file].jobs).some(({ environment }) => environment) || calls(file).some(waits);

  it('do not cancel each other while one of them waits for an approval', () => {
    const waiting = files.filter(waits);
    assert.deepEqual(waiting.sort(), ['deploy-stage.yml', 'deploy.yml']);
    for (const file of waiting) {
      const { concurrency, jobs } = workflows[file];
      // A group that two tags share would let the third cancel the second.
      if (concurrency) assert.match(concurrency.group, /\$\{\{ github\.ref \}\}/, file);
      for (const [name, job] of Object.entries(jobs)) {
        // By default one job waits, and a later one takes its place.
        if (job.concurrency) assert.equal(job.concurrency.queue, 'max', `${file}: ${name}`);
      }
    }
  });

  it('deploy one after the other to a stage, and cancel no deployment that has begun', () => {
    const stage = { 'group': 'deploy-${{ inputs.stage }}', 'cancel-in-progress': false, 'queue': 'max' };
    assert.deepEqual(workflows['deploy-stage.yml'].jobs.deploy.concurrency, stage);
    assert.equal(workflows['deploy.yml'].concurrency['cancel-in-progress'], false);
  });

  it('are cancelled in pull requests alone', () => {
    for (const [file, { concurrency, jobs }] of Object.entries(workflows)) {
      for (const one of [concurrency, ...Object.values(jobs).map((job) => job.concurrency)].filter(Boolean)) {
        const cancels = one['cancel-in-progress'] ?? false;
        assert.ok(cancels === false || cancels === "${{ github.event_name == 'pull_request' }}", file);
      }
    }
  });
});
