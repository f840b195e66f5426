'use strict';

// examples/notes. Each command of its README is run, in order: where it is, and in a copy outside of this repository, which is
// deployed to an emulator of AWS. And the folder itself is packaged.

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { startEmulator, until } = require('./support/emulator');
const roles = require('./support/roles');
const { ARCHITECTURE, ROOT, run } = require('./support/serverless');

const NOTES = path.join(ROOT, 'examples/notes');
const README = fs.readFileSync(path.join(NOTES, 'README.md'), 'utf8');
const TEMPORARY = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-notes-'));
after(() => fs.rmSync(TEMPORARY, { recursive: true }));
const SHOP = path.join(TEMPORARY, 'shop');

/** The part of the README below a heading. */
const section = (heading) => README.split(`\n## ${heading}\n`)[1].split('\n## ')[0];
/** Its commands, each with the line below it. */
function commands(heading) {
  const blocks = [...section(heading).matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => block.split('\n'));
  return blocks.flatMap((line, index) => (line.startsWith('$ ') ? [{ command: line.slice(2), answer: blocks[index + 1] }] : []));
}

// Artifacts of the repository's build are not built again for the copy.
const tools = path.join(TEMPORARY, 'tools');
const PATH = `${path.join(tools, 'bin')}${path.delimiter}${process.env.PATH}`;
const env = { ...process.env, PATH, CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target') };
function shareBuilds() {
  const profiles = fs.readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8').split(/^(?=\[)/m).filter((part) => part.startsWith('[profile.dev'));
  fs.mkdirSync(path.join(TEMPORARY, '.cargo'));
  // Here `lambda` is a dependency like others, whose debug assertions the repository turns off. With them it prints contracts.
  const lambda = '\n[profile.dev.package.lambda]\ndebug-assertions = true\n';
  fs.writeFileSync(path.join(TEMPORARY, '.cargo/config.toml'), profiles.join('') + lambda);
}

/** `cargo local` in a folder, on free ports. */
async function start(folder) {
  const endpoints = path.join(folder, '.local/endpoints.json');
  assert.ok(!fs.existsSync(endpoints), 'a `cargo local` runs there already');
  const child = spawn('cargo', ['local', '--ephemeral', '--port', '0', '--dynamodb-port', '0'], { cwd: folder, env });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text));
  const ended = new Promise((resolve) => child.on('close', resolve));
  const dead = ended.then(() => { throw new Error(log); });
  dead.catch(() => {});
  await Promise.race([dead, until(() => fs.existsSync(endpoints), '`cargo local` serves', 900)]);
  const stop = () => child.kill('SIGINT') && ended;
  return { api: JSON.parse(fs.readFileSync(endpoints, 'utf8')).api, log: () => log, stop };
}

/** Ids vary from run to run. */
const settled = (text) => JSON.parse(text, (name, value) => (name === 'note_id' ? name : value));

/** The calls of the README, which are answered as it says; the id of the note that was written. */
function calls(api, rename = (text) => text) {
  const [local, ...curls] = commands('Run it');
  assert.equal(local.command, 'cargo local');
  assert.equal(curls.length, 3);
  let id = '';
  for (const { command, answer } of curls) {
    const script = rename(command).replaceAll('http://127.0.0.1:3000', api);
    const found = execFileSync('bash', ['-c', script], { env: { ...env, id }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    assert.deepEqual(settled(found), settled(answer), command);
    id ||= JSON.parse(found).note_id;
  }
  return id;
}

describe('examples/notes', () => {
  it('runs with `cargo local` in its own folder', async () => {
    const known = fs.existsSync(path.join(ROOT, '.local/endpoints.json'));
    const local = await start(NOTES);
    try {
      assert.equal(fs.existsSync(path.join(ROOT, '.local/endpoints.json')), known);
      const id = calls(local.api);
      await until(() => local.log().includes('a note was written') && local.log().includes(id), 'the note is in the log');
      assert.ok(!local.log().includes('Two litres'));
    } finally {
      await local.stop();
    }
    assert.ok(!fs.existsSync(path.join(NOTES, '.local/endpoints.json')));
  });

  describe('packaged', () => {
    const config = path.join(NOTES, 'serverless-here.yml');
    const output = path.join(TEMPORARY, 'package');
    let resources;
    before(async () => {
      fs.writeFileSync(config, forThisMachine(fs.readFileSync(path.join(NOTES, 'serverless.yml'), 'utf8')));
      const args = [require.resolve('osls/bin/serverless.js'), 'package', '--config', path.basename(config), '--package', output];
      const { code, stdout, stderr } = await run(process.execPath, args, { cwd: NOTES });
      assert.equal(code, 0, stdout + stderr);
      resources = JSON.parse(fs.readFileSync(path.join(output, 'cloudformation-template-update-stack.json'), 'utf8')).Resources;
    });
    after(() => fs.rmSync(config));

    it('is its own functions and no others', () => {
      const zips = fs.readdirSync(output).filter((file) => file.endsWith('.zip'));
      assert.deepEqual(zips.sort(), ['createNote.zip', 'getNote.zip', 'logNotes.zip']);
      for (const zip of zips) assert.equal(fs.readFileSync(path.join(output, zip)).toString('latin1', 30, 39), 'bootstrap');
      const functions = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
      for (const { Properties } of functions) {
        assert.deepEqual(Properties.Environment.Variables, { STAGE: 'dev', TABLE_NAME: 'notes-table-dev' });
      }
      assert.equal(functions.length, 3);
    });

    it('may read and write its table, follow its stream, log and trace', () => {
      const all = Object.values(resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
      assert.equal(all.length, 1);
      const granted = roles.granted(all[0]);
      const table = (attribute) => JSON.stringify({ 'Fn::GetAtt': ['NotesTable', attribute] });
      const data = granted.filter((permission) => permission.startsWith('dynamodb:'));
      const stream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((name) => `dynamodb:${name} on ${table('StreamArn')}`);
      assert.deepEqual(data, [...['GetItem', 'PutItem'].map((name) => `dynamodb:${name} on ${table('Arn')}`), ...stream].sort());
      const others = granted.filter((permission) => !permission.startsWith('dynamodb:'));
      assert.ok(others.every((permission) => /^(logs:(CreateLogStream|CreateLogGroup|TagResource|PutLogEvents)|xray:Put\w+) on /.test(permission)), others.join('\n'));
    });

    it('passes cfn-lint', async () => {
      const lint = ['--ignore-checks', 'W3005', '--', path.join(output, 'cloudformation-template-update-stack.json')];
      const { code, stdout } = await run(path.join(ROOT, '.venv/bin/cfn-lint'), lint);
      assert.equal(code, 0, stdout);
    });
  });
});

/** For the architecture at hand, and quick to build. */
function forThisMachine(template) {
  const changed = template.replace('architecture: arm64', `architecture: ${ARCHITECTURE}`);
  return `${changed}\ncustom:\n  rust: { profile: dev, builder: cargo }\n`;
}

describe('a copy of it', () => {
  const here = (text) => text.replaceAll('../shop', SHOP).replaceAll('../bookings', ROOT);
  before(() => {
    shareBuilds();
    const [copy, versions, install] = commands('Copy it').map(({ command }) => here(command));
    for (const command of [copy, versions, `${install} --debug --root ${tools}`]) {
      execFileSync('bash', ['-c', command], { cwd: ROOT, env, stdio: 'inherit' });
    }
    assert.equal(install, 'cargo install --locked --path local');
    const rows = [...section('Copy it').matchAll(/^\| `([^`]+)` \| `([^`]+)` \| `([^`]+)` \|$/gm)];
    assert.equal(rows.length, 7);
    for (const [, name, from, to] of rows) {
      const file = path.join(SHOP, name);
      const before = fs.readFileSync(file, 'utf8');
      assert.ok(before.includes(from), `${name} has no ${from}`);
      fs.writeFileSync(file, before.replaceAll(from, here(to)));
    }
    const [, block] = /^```toml\n([\s\S]*?)^```$/m.exec(section('Copy it'));
    assert.ok(fs.readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8').includes(block.split('\n').slice(2).join('\n')), 'the release profile is another');
    fs.appendFileSync(path.join(SHOP, 'Cargo.toml'), `\n${block}`);
  });

  it('runs as the original does', async () => {
    const local = await start(SHOP);
    try {
      calls(local.api);
      assert.match(local.log(), /shop \(dev\) runs on this machine/);
    } finally {
      await local.stop();
    }
  });

  it('describes itself under its own name', () => {
    const [{ command }, ...more] = commands('Describe it');
    assert.deepEqual([command, more], ['cargo local openapi', []]);
    execFileSync('bash', ['-c', command], { cwd: SHOP, env, stdio: 'inherit' });
    const { info, paths } = JSON.parse(fs.readFileSync(path.join(SHOP, 'openapi.json'), 'utf8'));
    assert.deepEqual([info.title, info.version, Object.keys(paths)], ['shop', '1.0.0', ['/notes', '/notes/{note_id}']]);
  });

  describe('deployed', () => {
    let emulator;
    before(async () => (emulator = await startEmulator()));
    after(() => emulator?.stop());

    it('answers as the original does, with the permissions of its role', async () => {
      const template = path.join(SHOP, 'serverless.yml');
      fs.writeFileSync(template, forThisMachine(fs.readFileSync(template, 'utf8')));
      const [install, deploy, ...more] = commands('Deploy it').map(({ command }) => command);
      assert.deepEqual([install, deploy, more], ['npm install', 'npx serverless deploy', []]);
      for (const command of [`${install} --no-audit --no-fund --prefer-offline`, `${deploy} --region ${emulator.env.AWS_REGION}`]) {
        const { code, stdout, stderr } = await run('bash', ['-c', command], { cwd: SHOP, env: { ...env, ...emulator.env } });
        assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
      }
      const { Stacks } = await emulator.aws('cloudformation', 'describe_stacks', { StackName: 'shop-dev' });
      const { OutputValue: id } = Stacks[0].Outputs.find(({ OutputKey }) => OutputKey === 'HttpApiId');
      const note = calls(`${emulator.endpoint}/_aws/execute-api/${id}/$default`);
      const group = { logGroupName: '/aws/lambda/shop-dev-logNotes' };
      const logged = async () => (await emulator.aws('logs', 'filter_log_events', group)).events.some(({ message }) => message.includes(note));
      await until(logged, 'the stream has come to its function');
    });
  });
});
