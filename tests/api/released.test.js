// Tests of tests/api/released, which finds the release that the API is compared with, in repositories of every shape.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { it } from 'node:test';

const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false', '-c', 'tag.gpgsign=false'];
const git = (directory, ...args) => execFileSync('git', [...identity, '-C', directory, ...args], { stdio: 'pipe' });

/** Creates a repository of commits, each with its tags. */
function repository(t, ...commits) {
  const directory = folder(t);
  git(directory, 'init', '--quiet');
  for (const tags of commits) {
    git(directory, 'commit', '--quiet', '--allow-empty', '--message', 'x');
    for (const tag of tags) git(directory, 'tag', tag);
  }
  return directory;
}

function folder(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-released-'));
  t.after(() => fs.rmSync(directory, { recursive: true }));
  return directory;
}

function released(directory) {
  const { status, stdout, stderr } = spawnSync(path.join(import.meta.dirname, 'released'), [directory], { encoding: 'utf8' });
  return { status, tag: stdout.trim(), stderr };
}

const cases = {
  'the last one': [[['v1.0.0'], ['v1.1.0'], []], 'v1.1.0'],
  'the one before, on a release': [[['v1.0.0'], [], ['v1.1.0', 'latest']], 'v1.0.0'],
  'none but of releases': [[['v1.0.0'], ['nightly'], []], 'v1.0.0'],
  'none without a tag': [[[], []], ''],
  'none on the first commit': [[['v1.0.0']], ''],
};
for (const [what, [commits, tag]] of Object.entries(cases)) {
  it(`is ${what}`, (t) => assert.deepEqual(released(repository(t, ...commits)), { status: 0, tag, stderr: '' }));
}

it('is none in a copy without history', (t) => assert.deepEqual(released(folder(t)), { status: 0, tag: '', stderr: '' }));

it('is not guessed in a shallow clone', (t) => {
  const directory = path.join(folder(t), 'clone');
  git('.', 'clone', '--quiet', '--depth', '1', `file://${repository(t, ['v1.0.0'], [])}`, directory);
  const { status, tag, stderr } = released(directory);
  assert.deepEqual([status, tag], [0, '']);
  assert.match(stderr, /shallow clone/);
});

it('is there in the pipeline, whose checkout is no shallow clone', () => {
  const steps = fs.readFileSync(new URL('../../.github/workflows/check.yml', import.meta.url), 'utf8').split('\n      - ');
  const checkout = steps.find((step) => step.startsWith('uses: actions/checkout@'));
  assert.match(checkout, /^ +fetch-depth: 0\b/m);
});
