'use strict';

// Tests of the documentation: its links have targets, the tests and files that it names exist, its parameters are those
// of deploy/stages.yml, and CI runs its commands. Reads files only: nothing is built or installed.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const ROOT = path.resolve(__dirname, '..');
const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
const FILES = listed.split('\0').filter((file) => file && fs.existsSync(path.join(ROOT, file)));
const PAGES = FILES.filter((file) => file.endsWith('.md'));
const read = (file) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const exists = (file) => FILES.includes(file) || FILES.some((other) => other.startsWith(file.replace(/\/?$/, '/')));

/** A page without its code blocks. */
const prose = (text) => text.replace(/^```[\s\S]*?^```$/gm, '');

/** The anchors that GitHub gives a page's headings. */
function anchors(page) {
  const slug = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
  return [...prose(read(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading));
}

/** The part of a page below a heading, up to the next one of the same level. */
function section(page, heading) {
  const [, below] = read(page).split(`\n${heading}\n`);
  return below.split(`\n${heading.split(' ')[0]} `)[0];
}

/** The rows of the first table in a text, a list of cells each. */
const rows = (text) => text.match(/^\|.*\n\|[-|]+\n((?:\|.*\n)*)/m)[1].trim().split('\n').map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));

/** The texts between backticks. */
const quoted = (text) => [...text.matchAll(/`([^`]+)`/g)].map(([, inner]) => inner);

describe('the documentation', () => {
  it('leads a newcomer through a README of at most 250 lines', () => {
    assert.ok(read('README.md').split('\n').length <= 251, 'move something to a page in docs/');
  });

  it('has no link that leads nowhere', () => {
    for (const page of PAGES) {
      for (const [, target] of prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [file, anchor] = target.split('#');
        const to = file ? path.join(path.dirname(page), file) : page;
        assert.ok(exists(to), `${page} links to ${target}`);
        assert.ok(!anchor || anchors(to).includes(anchor), `${page} links to ${target}, which has no such heading`);
      }
    }
  });

  it('has an index of every page in docs/', () => {
    const index = read('docs/README.md');
    for (const page of FILES.filter((file) => /^docs\/[^/]+$/.test(file) && file !== 'docs/README.md')) {
      assert.ok(index.includes(`](${path.basename(page)})`), `docs/README.md does not name ${page}`);
    }
  });

  it('promises what a test holds', () => {
    const source = FILES.filter((file) => /\.(rs|js|ts)$/.test(file)).map(read).join('\n');
    const promises = rows(section('README.md', '## What is promised'));
    assert.ok(promises.length > 15);
    for (const [promise, tests] of promises) {
      assert.ok(quoted(tests).length, promise);
      for (const test of quoted(tests)) {
        assert.ok(test.includes('/') ? exists(test) : source.includes(`fn ${test}(`), `${promise}: there is no ${test}`);
      }
    }
  });

  it('names files that exist', () => {
    for (const page of ['docs/architecture.md', 'CONTRIBUTING.md']) {
      for (const name of quoted(prose(read(page)))) {
        if (!/^[\w.-]+(\/[\w.-]+)*\/([\w-]+\.(rs|js|md|json|yml))?$/.test(name)) continue;
        const places = ['', 'handlers/src/', 'local/src/'].map((folder) => folder + name);
        assert.ok(places.some(exists), `${page} names ${name}`);
      }
    }
  });

  it('walks through items that exist', () => {
    const source = FILES.filter((file) => /\.(rs|js|yml|toml)$/.test(file)).map(read).join('\n');
    const words = new Set(source.match(/\w+/g));
    for (const name of quoted(prose(read('docs/architecture.md'))).filter((name) => /^\w+(::\w+)*$/.test(name))) {
      for (const part of name.split('::')) assert.ok(words.has(part), `docs/architecture.md names ${name}`);
    }
  });

  it('has every parameter of the template, and no other', () => {
    const [, defaults] = read('deploy/stages.yml').split('\ndefault:\n');
    const known = [...defaults.split(/^\S/m)[0].matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
    const documented = rows(read('docs/parameters.md')).flatMap(([names]) => quoted(names));
    assert.deepEqual(documented.sort(), [...known, 'issuer', 'audience'].sort());
  });

  it('names no route that the template does not have', () => {
    const routes = [...read('serverless.yml').matchAll(/httpApi: (?:\{ method: (\w+), path: "?([^",]+)"?|(\w+) (\S+))/g)];
    const template = routes.map(([, method, at, short, shortAt]) => `${method ?? short} ${at ?? shortAt}`);
    const documented = rows(section('README.md', '## The API')).map(([route]) => quoted(route)[0]);
    assert.ok(documented.length >= 8);
    assert.deepEqual(documented.filter((route) => !template.includes(route)), []);
  });

  // Blocks marked `console` hold commands that CI runs. Commands that need an AWS account, GitHub or the AWS CLI are
  // marked `sh`.
  it('shows commands that CI runs', () => {
    // The beginning of a command, and the file that runs it, with the text to find in it.
    const run = [
      [/^soon\(\) \{|^curl (-i )?http/, 'tests/newcomer.test.js', 'commands(FIRST)'],
      [/^curl -X POST \S+\/remind /, 'tests/newcomer.test.js', "block('console')"],
      [/^curl -H "authorization: Bearer \$\(cargo local token --sub alice\)"/, 'tests/auth.rs', 'local token --sub alice'],
      [/^cargo local$/, 'tests/newcomer.test.js', "['cargo local', 'soon()']"],
      [/^cargo local --auth$/, 'tests/api/run', 'start --auth'],
      [/^cargo local openapi --against /, 'tests/api/run', 'cargo local openapi --against'],
      [/^git show \S+:openapi\.json > /, 'tests/api/run', 'git show "$release:openapi.json" >'],
      [/^npx openapi-typescript openapi\.json --default-non-nullable false --output /, 'tests/api/run', '$bin/openapi-typescript openapi.json --default-non-nullable false --output'],
      [/^cargo test( --test simulation)?$/, '.ci/run', 'step cargo test'],
      [/^cargo bench --package benches$/, 'benches/check', 'cargo bench --package benches'],
      [/^\.ci\/run$/, '.github/workflows/check.yml', '.ci/run'],
      [/^npm ci$/, 'tests/deploy/run', 'npm ci'],
      [/^python3 -m venv \.venv && /, '.github/workflows/deploy.yml', 'python3 -m venv .venv'],
      [/^pip install -r requirements\.txt$/, '.github/workflows/deploy.yml', '--requirement requirements.txt'],
      [/^rustup target add aarch64-unknown-linux-gnu$/, '.github/workflows/deploy.yml', 'rustup target add aarch64-unknown-linux-gnu'],
      [/^npx serverless deploy$/, 'tests/deploy/rehearsal.test.js', "sls('deploy'"],
      [/^npx serverless invoke local -f \w+ -p tests\/events\/\w+\.json$/, 'tests/deploy/invoke.test.js', "event('create_booking')"],
    ];
    // Not run by CI: one sets up a clone, the other needs a machine without other load.
    const byHand = [/^git config core\.hooksPath \.githooks$/, /^cargo bench --package benches --features load --bench load$/];
    // tests/deploy/notes.test.js runs every command of the page in examples/, and tests/clinic.rs of docs/clinic.md.
    const pages = PAGES.filter((page) => !page.startsWith('examples/') && page !== 'docs/clinic.md');
    let found = 0;
    for (const page of pages) {
      for (const [, block] of read(page).matchAll(/^```console\n([\s\S]*?)^```$/gm)) {
        for (const [, line] of block.matchAll(/^\$ (.*)$/gm)) {
          const command = line.replace(/ {2,}#.*$/, '').trim();
          const [, file, said] = run.find(([beginning]) => beginning.test(command)) ?? [];
          assert.ok(file || byHand.some((one) => one.test(command)), `${page} shows what CI does not run: ${command}`);
          assert.ok(!file || read(file).includes(said), `${file} does not run ${command} any more`);
          found += 1;
        }
      }
    }
    assert.ok(found > 20, `${found}`);
  });

  it('has a template of a service in fewer than 120 lines of Rust and YAML', () => {
    const code = FILES.filter((file) => /^examples\/notes\/.*\.(rs|yml)$/.test(file));
    const lines = code.flatMap((file) => read(file).trimEnd().split('\n')).length;
    assert.ok(code.length === 5 && lines < 120, `${lines} lines in ${code}`);
    assert.ok(read('examples/notes/README.md').includes(`in ${lines} lines of Rust and YAML`), `${lines}`);
    const framework = (file) => JSON.parse(read(file)).devDependencies.osls;
    assert.equal(framework('examples/notes/package.json'), framework('package.json'));
  });
});
