'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const ServerlessRust = require('../../index');

/** The parts of the framework that the plugin uses, around a new service in a new folder. */
function service({ functions, provider = {}, custom = {}, resources, options = {}, t }) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'serverless-rust-'));
  t.after(() => fs.rmSync(directory, { recursive: true }));
  const written = [];
  const framework = {
    options: {},
    hooks: { 'invoke:local:invoke': () => {} },
    loadEnvVars: async () => written.push('framework environment'),
    invokeLocal: async () => written.push('framework'),
  };
  const schema = {};
  const serverless = {
    serviceDir: directory,
    service: {
      provider: { name: 'aws', runtime: 'provided.al2023', ...provider },
      custom,
      resources,
      getAllFunctions: () => Object.keys(functions),
      getFunction: (key) => functions[key],
    },
    configSchemaHandler: {
      defineCustomProperties: (part) => (schema.custom = part),
      defineFunctionProperties: (_provider, part) => (schema.function = part),
    },
    pluginManager: { plugins: [framework] },
    getProvider: () => ({
      getRegion: () => 'eu-central-1',
      naming: {
        getStackName: () => 'service-dev',
        getNormalizedFunctionName: (key) => key[0].toUpperCase() + key.slice(1),
        getLambdaLogicalId: (key) => `${key[0].toUpperCase()}${key.slice(1)}LambdaFunction`,
      },
    }),
    classes: { Error: class ServerlessError extends Error {} },
  };
  for (const [key, fn] of Object.entries(functions)) fn.name ??= `service-dev-${key}`;
  const utilities = {
    progress: { create: () => ({ remove() {} }) },
    writeText: (text) => written.push(text),
  };
  const plugin = new ServerlessRust(serverless, options, utilities);
  plugin.hooks.initialize();
  /** Runs `serverless invoke local -f key`, and returns its output and its exit code. */
  const invokeLocal = async (key, invokeOptions = {}) => {
    framework.options = { function: key, ...invokeOptions };
    await framework.loadEnvVars();
    await framework.invokeLocal();
    const code = process.exitCode ?? 0;
    process.exitCode = undefined;
    return { written, code };
  };
  return { directory, functions, plugin, schema, invokeLocal, serverless };
}

module.exports = { service };
