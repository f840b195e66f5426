'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { elf } = require('../../../serverless-rust/test/support/elf');
const { inTurn } = require('./turns');
const { ARCHITECTURE, ROOT, run, serverless } = require('./serverless');

const PROFILE = 'stub';

/** Parameters of a package whose functions nothing calls: their executables are the stubs of `copyService`. */
const TEMPLATE = ['architecture=' + ARCHITECTURE, `profile=${PROFILE}`, 'builder=built'].flatMap((param) => ['--param', param]);

/**
 * A copy of the service, in which nothing is built: an empty executable stands for each binary. Returns its folder, functions that run
 * the framework and other programs in it, and one that removes it.
 *
 * A package is made in `.serverless` beside the template, whatever `--package` says. Runs side by side need a copy each.
 */
function copyService() {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'bookings-copy-')));
  for (const name of ['serverless.yml', 'package.json', 'deploy']) fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  for (const file of fs.readdirSync(path.join(ROOT, 'handlers/src/bin'))) {
    const built = path.join(folder, 'target/lambda', `${ARCHITECTURE}-${PROFILE}`, path.basename(file, '.rs'));
    fs.mkdirSync(built, { recursive: true });
    fs.writeFileSync(path.join(built, 'bootstrap'), elf(ARCHITECTURE));
  }
  return {
    folder,
    serverless: (args, options) => serverless(args, { ...options, cwd: folder }),
    run: (program, args, options) => run(program, args, { ...options, cwd: folder }),
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs `serverless` in a copy for this run alone: as many at once as there are processors. */
function inCopy(args, options) {
  return inTurn(async () => {
    const copy = copyService();
    try {
      return await copy.serverless(args, options);
    } finally {
      copy.remove();
    }
  });
}

module.exports = { TEMPLATE, copyService, inCopy };
