'use strict';

// Follows the README as a newcomer would: the first session's commands, and the section "One of your own". Its file and
// its lines of serverless.yml are added to a copy of the project, and its commands must have the documented output.

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');

const ROOT = path.resolve(__dirname, '..');
const COPY = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-newcomer-'));
const LOG = path.join(COPY, 'log');
const README = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const [, SECTION] = README.split('\n### One of your own\n');
const [, FIRST] = README.split('\n## A first session\n');

/** The first block of the section in this language. */
function block(language) {
  return SECTION.split(`\n\`\`\`${language}\n`)[1].split('\n```\n')[0] + '\n';
}

/** Replaces values that differ between runs: ids and times. */
function settled(text) {
  return JSON.parse(text, (name, value) => {
    if (['booking_id', 'instance'].includes(name)) return name;
    if (name === 'ttl' || name.endsWith('_time') || name.endsWith('_at')) return typeof value;
    return value;
  });
}

async function until(condition, what, seconds) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const found = condition();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${seconds} seconds have passed, and still not: ${what}\n${fs.readFileSync(LOG, 'utf8')}`);
}

/** The commands of a section's console blocks, each with its lines up to the closing quote. */
function commands(section) {
  const blocks = section.split('\n## ')[0].split('\n```console\n').slice(1).map((block) => block.split('\n```')[0]);
  return blocks.flatMap((block) => [...block.matchAll(/^\$ ((?:[^'\n]|'[^']*')*)$/gm)].map(([, command]) => command));
}

// The target folder is shared, so that crates that are the same in both are not rebuilt.
const env = { CARGO_TARGET_DIR: path.join(ROOT, 'target'), ...process.env };

describe('a newcomer', () => {
  let local;
  let api;
  before(async () => {
    const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
    for (const file of files.split('\0').filter((name) => name && fs.existsSync(path.join(ROOT, name)))) {
      fs.cpSync(path.join(ROOT, file), path.join(COPY, file));
    }
    const [, file] = /The file is `([^`]+)`/.exec(SECTION);
    fs.writeFileSync(path.join(COPY, file), block('rust'), { flag: 'wx' });
    const template = path.join(COPY, 'serverless.yml');
    const [functions, rest] = fs.readFileSync(template, 'utf8').split('\nresources:\n');
    fs.writeFileSync(template, `${functions}\n${block('yaml')}\nresources:\n${rest}`);

    execFileSync('cargo', ['fmt', '--check'], { cwd: COPY, env, stdio: 'inherit' });
    const log = fs.openSync(LOG, 'w');
    const options = ['local', '--ephemeral', '--port', '0', '--dynamodb-port', '0'];
    local = spawn('cargo', options, { cwd: COPY, env, stdio: ['ignore', log, log] });
    let ended = false;
    local.on('close', () => (ended = true));
    const endpoints = path.join(COPY, '.local/endpoints.json');
    await until(() => fs.existsSync(endpoints) || ended, '`cargo local` serves', 900);
    assert.ok(!ended, fs.readFileSync(LOG, 'utf8'));
    ({ api } = JSON.parse(fs.readFileSync(endpoints, 'utf8')));
  });
  after(async () => {
    if (local?.kill('SIGINT')) await new Promise((resolve) => local.on('close', resolve));
    fs.rmSync(COPY, { recursive: true });
  });

  it('makes the first session', async () => {
    const [start, soon, book, events, refused] = commands(FIRST);
    assert.deepEqual([start, soon.slice(0, 6)], ['cargo local', 'soon()']);
    const run = (command) => {
      const script = `${soon}\n${command.replaceAll('http://127.0.0.1:3000', api)}`;
      return execFileSync('bash', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    };
    assert.match(run(book), /^HTTP\/1\.1 201 Created\r\n/);
    assert.equal(JSON.parse(run(refused)).type, 'urn:problem:time-taken');
    // The bus may still be empty, and the booking's own event comes first. The README shows the newest event.
    await until(() => JSON.parse(run(events))[0]?.['detail-type'] === 'ReminderDue', 'the reminder is on the bus', 30);
  });

  it('adds an endpoint that answers as the README says', async () => {
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const wanted = { user_id: 'alice', resource_id: 'room-1', start_time: `${day}T10:00:00Z`, end_time: `${day}T11:00:00Z` };
    const made = await fetch(`${api}/bookings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wanted),
    });
    assert.equal(made.status, 201);
    const id = (await made.json()).booking_id;
    const lines = block('console').trim().split('\n');
    const asked = lines.filter((line) => line.startsWith('$ '));
    assert.ok(asked.length >= 2);
    for (const command of asked) {
      const run = command.slice(2).replaceAll('http://127.0.0.1:3000', api);
      const answer = execFileSync('bash', ['-c', run], { env: { ...process.env, id }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      assert.deepEqual(settled(answer), settled(lines[lines.indexOf(command) + 1]), answer);
    }
  });

  it('sees an edit in the next answer, and the way back, too', async () => {
    const file = path.join(COPY, 'handlers/src/bin/get_booking.rs');
    const before = fs.readFileSync(file, 'utf8');
    const edited = before.replace(/(\) -> Result<[^{]*\{\n).*\n}/s, '$1    let _ = (bookings, caller, booking_id);\n    Err(BookingError::Cancelled)\n}');
    assert.notEqual(edited, before);
    const statuses = [];
    const answers = async (status) => {
      for (const end = Date.now() + 120_000; Date.now() < end; ) {
        statuses.push((await fetch(`${api}/bookings/${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`)).status);
        if (statuses.at(-1) === status) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`no ${status}: ${fs.readFileSync(LOG, 'utf8')}`);
    };
    await answers(404);
    fs.writeFileSync(file, edited);
    await answers(409);
    fs.writeFileSync(file, before);
    await answers(404);
    assert.ok(statuses.every((status) => [404, 409].includes(status)), 'no request failed meanwhile');
  });

  it('passes the tests that hold template, code and document together', () => {
    // The new endpoint requires a token like the others: with `authorizer`, as the section says.
    const template = fs.readFileSync(path.join(COPY, 'serverless.yml'), 'utf8');
    const guarded = template.replace(/- httpApi: POST (\S+\/remind)$/m, '- httpApi: { method: POST, path: "$1", authorizer: "${self:custom.write}" }');
    assert.notEqual(guarded, template);
    fs.writeFileSync(path.join(COPY, 'serverless.yml'), guarded);
    const cargo = (...args) => execFileSync('cargo', args, { cwd: COPY, env, stdio: 'inherit' });
    cargo('local', 'openapi');
    assert.ok(fs.readFileSync(path.join(COPY, 'openapi.json'), 'utf8').includes('"remindOfBooking"'));
    cargo('test', '--test', 'service', '--', 'template::', 'openapi::');
  });
});
