'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** The names that the framework looks for. */
const TEMPLATES = ['yml', 'yaml', 'json', 'js', 'cjs', 'mjs', 'ts'].map((extension) => `serverless.${extension}`);

/**
 * Whether the package at `manifest` is one of the service in `directory`. Services that share a workspace have a folder each:
 * a package belongs to the first one with a template, from its own folder upwards, and to every service where there is none.
 */
function belongs(manifest, directory) {
  for (let folder = path.dirname(manifest); ; folder = path.dirname(folder)) {
    if (path.relative(fs.realpathSync(directory), folder) === '') return true;
    if (TEMPLATES.some((name) => fs.existsSync(path.join(folder, name)))) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

module.exports = { belongs };
