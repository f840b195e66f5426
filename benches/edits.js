'use strict';

// How long a developer waits for an edit: from the save to the first answer of the new version, in a running `cargo local`.
//
//     node benches/edits.js [ROUNDS]
//
// The edits are made in a copy of the project. Ten rounds by default, after one that does not count; medians are printed.

const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..');
const ROUNDS = Number(process.argv[2] ?? 10);
const PATIENCE = 120_000;

/** The edits: a file, its text in a round, a path, and the answer that shows the round. */
const EDITS = [
  {
    what: "an endpoint's file (`bin/health.rs`)",
    target: 3,
    file: 'handlers/src/bin/health.rs',
    change: (text, round) => text.replace('status: "ok"', `status: "ok ${round}"`),
    ask: '/health',
    shows: (answer, round) => answer.body.includes(`ok ${round}`),
  },
  {
    what: 'a file of the domain (`booking/error.rs`)',
    target: 6,
    file: 'handlers/src/booking/error.rs',
    change: (text, round) => text.replace('detail = "the cursor is', `detail = "${round}: the cursor is`),
    ask: '/users/alice/bookings?cursor=none',
    shows: (answer, round) => answer.body.includes(`"${round}: the cursor is`),
  },
  {
    what: 'a line of `serverless.yml`',
    target: 1,
    file: 'serverless.yml',
    change: (text, round) => text.replace('- httpApi: GET /health', `- httpApi: GET /health\n        - httpApi: GET /health/${round}`),
    ask: (round) => `/health/${round}`,
    shows: (answer) => answer.status === 200,
  },
];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function copy() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-edits-'));
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
  for (const file of files.filter((name) => name && fs.existsSync(path.join(ROOT, name)))) {
    fs.cpSync(path.join(ROOT, file), path.join(directory, file));
  }
  return directory;
}

async function start(directory) {
  const env = { CARGO_TARGET_DIR: path.join(ROOT, 'target'), ...process.env };
  const options = ['local', '--ephemeral', '--port', '0', '--dynamodb-port', '0'];
  const service = spawn('cargo', options, { cwd: directory, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const endpoints = path.join(directory, '.local/endpoints.json');
  while (!fs.existsSync(endpoints)) {
    if (service.exitCode !== null) throw new Error('`cargo local` has ended');
    await sleep(100);
  }
  return { service, api: JSON.parse(fs.readFileSync(endpoints, 'utf8')).api };
}

/** Seconds from the save of `text` to the first answer that shows `round`. */
async function save(api, edit, file, text, round) {
  const ask = typeof edit.ask === 'string' ? edit.ask : edit.ask(round);
  fs.writeFileSync(file, text);
  const begun = performance.now();
  while (performance.now() - begun < PATIENCE) {
    const response = await fetch(api + ask);
    const answer = { status: response.status, body: await response.text() };
    if (answer.status >= 500) throw new Error(`${ask} was answered ${answer.status}`);
    if (edit.shows(answer, round)) return (performance.now() - begun) / 1000;
    await sleep(5);
  }
  throw new Error(`${edit.what} is not served`);
}

async function measure(api, directory, edit) {
  const file = path.join(directory, edit.file);
  const before = fs.readFileSync(file, 'utf8');
  const taken = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const text = edit.change(before, round);
    if (text === before) throw new Error(`${edit.file} has no line for this edit`);
    const seconds = await save(api, edit, file, text, round);
    if (round > 0) taken.push(seconds);
  }
  taken.sort((one, other) => one - other);
  const median = (taken[(taken.length - 1) >> 1] + taken[taken.length >> 1]) / 2;
  console.log(`| ${edit.what} | ${median.toFixed(2)} s | ${taken[0].toFixed(2)} to ${taken.at(-1).toFixed(2)} s | ${edit.target} s |`);
}

async function main() {
  const directory = copy();
  const { service, api } = await start(directory);
  try {
    console.log('| edit | median | range | target |\n|---|---|---|---|');
    for (const edit of EDITS) await measure(api, directory, edit);
  } finally {
    service.kill('SIGINT');
    await new Promise((resolve) => service.on('close', resolve));
    fs.rmSync(directory, { recursive: true });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
