'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { describe, it } = require('node:test');
const { fakeCargo } = require('./support/cargo');
const { elf } = require('./support/elf');
const { service } = require('./support/service');

const AARCH64 = 'aarch64-unknown-linux-gnu';
const X86_64 = 'x86_64-unknown-linux-gnu';
/** The bytes of a zip with one `bootstrap`, without its data. */
const ARCHIVE = 116;

/** Packages a service with a fake cargo. */
function packaged(t, { functions, lambda, needs = 'GLIBC_2.34', others, templates = [], ...rest }) {
  const made = service({ functions, t, ...rest });
  const executables = {};
  for (const [target, architecture] of [['host', 'x86_64'], [X86_64, 'x86_64'], [AARCH64, 'arm64']]) {
    executables[target] = path.join(made.directory, target);
    fs.writeFileSync(executables[target], elf(architecture, { name: needs }));
  }
  const binaries = ['one', 'two', 'three'];
  const calls = fakeCargo(t, made.directory, { binaries, executables, lambda, others });
  for (const folder of templates) {
    fs.mkdirSync(path.join(made.directory, folder), { recursive: true });
    fs.writeFileSync(path.join(made.directory, folder, 'serverless.yml'), '');
  }
  const hook = 'before:package:createDeploymentArtifacts';
  return { ...made, calls, packageAll: () => made.plugin.hooks[hook]() };
}

describe('building', () => {
  it('takes one call of cargo for each architecture', async (t) => {
    const functions = {
      one: { handler: 'one' },
      two: { handler: 'two', architecture: 'x86_64' },
      three: { handler: 'three' },
    };
    const { calls, packageAll } = packaged(t, { functions, provider: { architecture: 'arm64' }, lambda: true });
    await packageAll();
    const [first, second, ...more] = calls();
    assert.match(first, new RegExp(`^lambda build .*--target ${AARCH64} .*--bin one --bin three `));
    assert.match(second, new RegExp(`^lambda build .*--target ${X86_64} .*--bin two `));
    assert.deepEqual(more, []);
  });

  it('builds a binary once that two functions share', async (t) => {
    const functions = { a: { handler: 'one' }, b: { handler: 'one' } };
    const { calls, packageAll } = packaged(t, { functions });
    await packageAll();
    assert.equal(calls().join().match(/--bin one/g).length, 1);
    assert.ok(functions.a.package.artifact !== functions.b.package.artifact);
  });

  it('passes on profile and flags, a function\'s own before the service\'s', async (t) => {
    const rust = { profile: 'small', cargoFlags: ['--locked'] };
    const functions = { a: { handler: 'one' }, b: { handler: 'two', rust: { profile: 'quick' } } };
    const { calls, packageAll } = packaged(t, { functions, custom: { rust } });
    await packageAll();
    assert.match(calls()[0], /--bin one --profile small --locked$/);
    assert.match(calls()[1], /--bin two --profile quick --locked$/);
  });

  it('uses in debug builds what `cargo local` of the workspace has built', async (t) => {
    const functions = { a: { handler: 'one', rust: { profile: 'dev' } }, b: { handler: 'two' } };
    const { calls, packageAll } = packaged(t, { functions, others: { emulator: ['cargo-local'] } });
    await packageAll();
    assert.match(calls()[0], /--package functions --package emulator --bin one --profile dev$/);
    assert.match(calls()[1], /--package functions --bin two --profile release$/);
  });

  it('does without cargo-lambda where there is none, and insists where it is asked to', async (t) => {
    const { calls, packageAll, serverless } = packaged(t, { functions: { a: { handler: 'one' } } });
    await packageAll();
    assert.match(calls()[0], /^build /);
    serverless.service.custom.rust = { builder: 'cargo-lambda' };
    delete serverless.service.getFunction('a').package;
    await assert.rejects(packageAll(), /install it with "pip install cargo-lambda"/);
  });

  it('takes what cargo-lambda built before, and builds nothing, where it is told so', async (t) => {
    const functions = { a: { handler: 'one' }, b: { handler: 'two' } };
    const { calls, packageAll, serverless } = packaged(t, { functions, provider: { architecture: 'arm64' }, lambda: true });
    await packageAll();
    const built = fs.readFileSync(functions.a.package.artifact);
    fs.rmSync(functions.a.package.artifact);
    serverless.service.custom.rust = { builder: 'built' };
    for (const config of Object.values(functions)) delete config.package;
    await packageAll();
    assert.deepEqual(fs.readFileSync(functions.a.package.artifact), built);
    assert.equal(calls().length, 1);
    serverless.service.custom.rust.profile = 'other';
    for (const config of Object.values(functions)) delete config.package;
    await assert.rejects(packageAll(), /there is no target\/lambda\/arm64-other\/one\/bootstrap/);
  });

  it('names what there is when a function\'s binary is missing', async (t) => {
    const { packageAll } = packaged(t, { functions: { a: { handler: 'four' } } });
    await assert.rejects(packageAll(), /function "a" is "four".*they have: one, three, two/);
  });

  it('takes a binary of its own service, where another one of the workspace has one of that name', async (t) => {
    const others = { 'services/other': ['one', 'four'], 'crates/shared': ['five'] };
    const functions = { a: { handler: 'one' }, b: { handler: 'five' } };
    const { calls, packageAll, serverless } = packaged(t, { functions, others, templates: ['services/other'] });
    await packageAll();
    assert.match(calls()[0], /^build .*--package functions --package crates\/shared --bin one --bin five /);
    serverless.service.getFunction('a').handler = 'four';
    for (const config of Object.values(functions)) delete config.package;
    await assert.rejects(packageAll(), /they have: five, one, three, two/);
  });

  it('leaves other runtimes, images and ready-made packages alone', async (t) => {
    const functions = {
      node: { handler: 'index.handler', runtime: 'nodejs24.x' },
      image: { image: 'repository/name' },
      ready: { handler: 'ready', package: { artifact: 'ready.zip' } },
      rust: { handler: 'one' },
    };
    const { calls, packageAll } = packaged(t, { functions });
    await packageAll();
    assert.equal(calls().length, 1);
    assert.deepEqual([functions.node.package, functions.ready.package.artifact], [undefined, 'ready.zip']);
  });
});

describe('a package', () => {
  it('is a zip that others can read: one executable, `bootstrap`', async (t) => {
    const { functions, packageAll } = packaged(t, { functions: { a: { handler: 'one' } } });
    await packageAll();
    const script = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; '
      + 'i, = z.infolist(); print(i.filename, oct(i.external_attr >> 16), i.date_time[:3], len(z.read(i)))';
    const listed = execFileSync('python3', ['-c', script, functions.a.package.artifact], { encoding: 'utf8' });
    const size = elf('x86_64', { name: 'GLIBC_2.34' }).length;
    assert.equal(listed.trim(), `bootstrap 0o100755 (1980, 1, 1) ${size}`);
  });

  it('is the same to the byte for the same binary', async (t) => {
    const { functions, packageAll } = packaged(t, { functions: { a: { handler: 'one' } } });
    const bytes = async () => {
      delete functions.a.package;
      await packageAll();
      return fs.readFileSync(functions.a.package.artifact);
    };
    assert.deepEqual(await bytes(), await bytes());
  });

  it('is as small as zlib makes it, but for a debug build, which is packed quickly', async (t) => {
    // Repeats far apart, which only a thorough search finds.
    const words = Array.from({ length: 4096 }, (_, index) => `${(index * 2654435761) % 4294967296}`);
    const content = Buffer.from(Array.from({ length: 30000 }, (_, index) => words[(index * index) % words.length]).join(' '));
    const functions = { small: { handler: 'one' }, quick: { handler: 'one', rust: { profile: 'dev' } } };
    const { directory, packageAll } = packaged(t, { functions });
    fs.appendFileSync(path.join(directory, 'host'), content);
    await packageAll();
    const data = zlib.deflateRawSync(fs.readFileSync(path.join(directory, 'host')), { level: 9 }).length;
    const size = ({ package: { artifact } }) => fs.statSync(artifact).size;
    assert.equal(size(functions.small), data + ARCHIVE);
    assert.ok(size(functions.quick) > size(functions.small));
  });

  it('of one function is made for `deploy function`', async (t) => {
    const functions = { a: { handler: 'one' }, b: { handler: 'two' } };
    const { plugin } = packaged(t, { functions, options: { function: 'b' } });
    await plugin.hooks['before:package:function:package']();
    assert.equal(functions.a.package, undefined);
    assert.equal(path.basename(functions.b.package.artifact), 'b.zip');
  });
});

it('an executable that Lambda cannot run is refused, in a sentence', async (t) => {
  const { packageAll, serverless } = packaged(t, { functions: { a: { handler: 'one' } }, needs: 'GLIBC_2.38' });
  const told = (error) => error instanceof serverless.classes.Error && /"one" needs glibc 2\.38/.test(error.message);
  await assert.rejects(packageAll(), told);
});

it('all executables that Lambda cannot run are refused at once', async (t) => {
  const { packageAll } = packaged(t, { functions: { a: { handler: 'two' }, b: { handler: 'one' } }, needs: 'GLIBC_2.38' });
  await assert.rejects(packageAll(), /"one" needs glibc 2\.38.*\n"two" needs glibc 2\.38/);
});
