'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { UserError } = require('./error');
const { belongs } = require('./owner');

const TARGETS = { x86_64: 'x86_64-unknown-linux-gnu', arm64: 'aarch64-unknown-linux-gnu' };

/**
 * Builds the binaries of `functions`, with one cargo call for all that share an architecture and options. Returns each
 * function's executable.
 */
async function build(directory, functions) {
  const executables = new Map();
  let all;
  for (const group of groups(functions)) {
    if (group.builder === 'built') {
      takeBuilt(group, directory, executables);
      continue;
    }
    all ??= (await workspace(directory)).packages;
    const members = all.filter(({ manifest_path: manifest }) => belongs(manifest, directory));
    const packages = new Set();
    for (const fn of group.functions) packages.add(owner(members, fn));
    const method = await chosen(group, directory);
    if (method === withCargo && group.profile === 'dev') ours(all).forEach((name) => packages.add(name));
    const built = await method(group, [...packages], directory);
    for (const fn of group.functions) {
      const executable = built.get(fn.binary);
      if (!executable) throw new UserError(`cargo built no binary "${fn.binary}" for the function "${fn.key}"`);
      executables.set(fn.key, executable);
    }
  }
  return executables;
}

/** Groups functions by their cargo arguments. */
function groups(functions) {
  const all = new Map();
  for (const fn of functions) {
    const { architecture, options } = fn;
    const key = JSON.stringify([architecture, options.profile, options.cargoFlags, options.builder]);
    if (!all.has(key)) all.set(key, { architecture, ...options, functions: [] });
    all.get(key).functions.push(fn);
  }
  return all.values();
}

async function workspace(directory) {
  const { code, stdout, stderr } = await run('cargo', ['metadata', '--no-deps', '--format-version=1'], directory, 'pipe');
  if (code !== 0) throw new UserError(`cargo cannot read the workspace of ${directory}: ${stderr.trim()}`);
  return JSON.parse(stdout);
}

/** The package that contains the function's binary. */
function owner(packages, { key, binary }) {
  const binaries = (pkg) => pkg.targets.filter((target) => target.kind.includes('bin')).map((target) => target.name);
  const found = packages.find((pkg) => binaries(pkg).includes(binary));
  if (found) return found.name;
  const known = packages.flatMap(binaries).sort().join(', ') || 'none';
  throw new UserError(
    `the handler of the function "${key}" is "${binary}", and no package of this service has a binary of that name (they have: ${known})`,
  );
}

/**
 * The package of `cargo local`, if the workspace has it. Selected with none of its binaries, it gives each crate the
 * features with which `cargo local` builds the functions: what that has built is not built again.
 */
function ours(packages) {
  return packages.filter((pkg) => pkg.targets.some(({ kind, name }) => kind.includes('bin') && name === 'cargo-local')).map((pkg) => pkg.name);
}

/** Prefers cargo-lambda: it cross-compiles, and links against a glibc that is old enough for Lambda. */
async function chosen({ builder }, directory) {
  if (builder === 'cargo') return withCargo;
  const { code } = await run('cargo', ['lambda', '--version'], directory, 'pipe');
  if (code === 0) return withCargoLambda;
  if (builder === 'auto') return withCargo;
  throw new UserError('builder is "cargo-lambda", but there is none: install it with "pip install cargo-lambda"');
}

function selection({ profile, cargoFlags, functions }, packages) {
  const binaries = new Set(functions.map((fn) => fn.binary));
  return [
    ...packages.flatMap((name) => ['--package', name]),
    ...[...binaries].flatMap((name) => ['--bin', name]),
    '--profile',
    profile,
    ...cargoFlags,
  ];
}

/**
 * The folder into which cargo-lambda builds `group`: beside the template, since another service of the workspace may have
 * a binary of the same name.
 */
const lambdaDirectory = (group, directory) => path.join(directory, 'target/lambda', `${group.architecture}-${group.profile}`);

/** Takes executables that cargo-lambda has built before, possibly on another machine. Needs no Rust on this one. */
function takeBuilt(group, directory, executables) {
  for (const { key, binary } of group.functions) {
    const executable = path.join(lambdaDirectory(group, directory), binary, 'bootstrap');
    if (!fs.existsSync(executable)) throw new UserError(`builder is "built", but there is no ${path.relative(directory, executable)}`);
    executables.set(key, executable);
  }
}

async function withCargoLambda(group, packages, directory) {
  const output = lambdaDirectory(group, directory);
  const { code } = await run(
    'cargo',
    // cargo-lambda's own optimizations would set `panic = "abort"`, against the workspace's profile.
    ['lambda', 'build', '--disable-optimizations', '--target', TARGETS[group.architecture], '--lambda-dir', output]
      .concat(selection(group, packages)),
    directory,
  );
  if (code !== 0) throw new UserError('cargo lambda build failed, see above');
  return new Map(group.functions.map(({ binary }) => [binary, path.join(output, binary, 'bootstrap')]));
}

async function withCargo(group, packages, directory) {
  const target = TARGETS[group.architecture];
  // Naming the machine's own target would rebuild everything into another folder.
  const cross = target && target !== (await host(directory)) ? ['--target', target] : [];
  const { code, stdout } = await run(
    'cargo',
    ['build', '--message-format=json-render-diagnostics', ...cross, ...selection(group, packages)],
    directory,
  );
  if (code !== 0) {
    const hint = cross.length ? `; building for ${target} on this machine is easiest with cargo-lambda: pip install cargo-lambda` : '';
    throw new UserError(`cargo build failed, see above${hint}`);
  }
  const messages = stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  return new Map(messages.filter(({ executable }) => executable).map(({ target: { name }, executable }) => [name, executable]));
}

async function host(directory) {
  const { stdout } = await run('rustc', ['-vV'], directory, 'pipe');
  return /^host: (.*)$/m.exec(stdout)?.[1];
}

/** Runs a program to its end. Shows its standard error, unless `stderr` is 'pipe'. */
function run(program, args, cwd, stderr = 'inherit') {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', stderr] });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream]?.setEncoding('utf8').on('data', (text) => (output[stream] += text));
    }
    child.on('error', (error) => reject(new UserError(`${program} cannot be run: ${error.message}`)));
    child.on('close', (code) => resolve({ code, ...output }));
  });
}

module.exports = { build };
