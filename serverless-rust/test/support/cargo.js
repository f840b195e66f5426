'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * Puts a fake cargo first in PATH for the duration of the test `t`. It records its arguments, and "builds" by copying
 * `executables`, by target, or those of the folder `built`, by name. `lambda`: whether it has the subcommand of cargo-lambda. `others`: the binaries of further packages of the
 * workspace, by folder; they come first.
 */
function fakeCargo(t, directory, { binaries, executables = {}, built, lambda = false, others = {} }) {
  const bin = path.join(directory, 'fake');
  const calls = path.join(directory, 'calls');
  fs.mkdirSync(bin);
  fs.writeFileSync(calls, '');
  const described = (name, folder, names) => ({
    name,
    manifest_path: path.join(fs.realpathSync(directory), folder, 'Cargo.toml'),
    targets: names.map((target) => ({ name: target, kind: ['bin'] })),
  });
  const packages = Object.entries(others).map(([folder, names]) => described(folder, folder, names));
  const metadata = { packages: [...packages, described('functions', '', binaries)], target_directory: path.join(directory, 'elsewhere') };
  const settings = JSON.stringify({ calls, metadata, executables, built, lambda });
  fs.writeFileSync(path.join(bin, 'settings.json'), settings);
  const script = `#!${process.execPath}\n(${program})(${JSON.stringify(path.join(bin, 'settings.json'))});\n`;
  fs.writeFileSync(path.join(bin, 'cargo'), script, { mode: 0o755 });
  process.env.PATH = `${bin}${path.delimiter}${process.env.PATH}`;
  // A test may have several, which are not taken back in the reverse order.
  t.after(() => (process.env.PATH = process.env.PATH.split(path.delimiter).filter((folder) => folder !== bin).join(path.delimiter)));
  return () => fs.readFileSync(calls, 'utf8').trim().split('\n').filter(Boolean);
}

/** The fake's program; runs in a process of its own. */
function program(file) {
  const fs = require('node:fs');
  const path = require('node:path');
  const { calls, metadata, executables, built, lambda } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const args = process.argv.slice(2);
  if (args[0] === 'metadata') {
    console.log(JSON.stringify(metadata));
  } else if (args[0] === 'lambda' && args[1] === '--version') {
    process.exit(lambda ? 0 : 101);
  } else {
    fs.appendFileSync(calls, `${args.join(' ')}\n`);
    const value = (name) => args[args.indexOf(name) + 1];
    const target = args.includes('--target') ? value('--target') : 'host';
    for (const name of args.filter((_, index) => args[index - 1] === '--bin')) {
      const executable = built ? path.join(built, name) : executables[target] ?? executables.host;
      if (args[0] === 'lambda') {
        fs.mkdirSync(path.join(value('--lambda-dir'), name), { recursive: true });
        fs.copyFileSync(executable, path.join(value('--lambda-dir'), name, 'bootstrap'));
      } else {
        console.log(JSON.stringify({ reason: 'compiler-artifact', target: { name }, executable }));
      }
    }
  }
}

module.exports = { fakeCargo };
