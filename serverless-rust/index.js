'use strict';

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { constants } = require('node:zlib');
const { addAliases, takeAliases } = require('./lib/alias');
const { build } = require('./lib/build');
const { checkBinary } = require('./lib/elf');
const { UserError } = require('./lib/error');
const { invoke } = require('./lib/invoke');
const { zip } = require('./lib/zip');

const OPTIONS = {
  type: 'object',
  properties: {
    profile: { type: 'string', minLength: 1 },
    cargoFlags: { type: 'array', items: { type: 'string' } },
    builder: { enum: ['auto', 'cargo-lambda', 'cargo', 'built'] },
    // Serverless variables have no conditionals, so a stage without an alias sets `false`.
    alias: {
      anyOf: [
        { const: false },
        {
          type: 'object',
          properties: {
            name: { type: 'string', pattern: '^(?!\\d+$)[\\w-]+$' },
            deploymentGroup: { type: 'object' },
            alarm: { type: 'object' },
          },
          required: ['name'],
          // Only a deployment group watches the alarm.
          dependencies: { alarm: ['deploymentGroup'] },
          additionalProperties: false,
        },
      ],
    },
  },
  additionalProperties: false,
};
const DEFAULTS = { profile: 'release', cargoFlags: [], builder: 'auto' };

/** Builds, packages and locally invokes the Rust functions: those whose runtime is `provided.*`. */
class ServerlessRust {
  constructor(serverless, options, { progress, writeText }) {
    Object.assign(this, { serverless, options, progress, writeText, packaged: [] });
    const schema = serverless.configSchemaHandler;
    schema.defineCustomProperties({ type: 'object', properties: { rust: OPTIONS } });
    schema.defineFunctionProperties('aws', { type: 'object', properties: { rust: OPTIONS } });
    this.hooks = {
      'initialize': () => this.takeOverInvokeLocal(),
      'before:package:createDeploymentArtifacts': () => this.explain(this.package(this.functions())),
      'before:package:function:package': () =>
        this.explain(this.package(this.functions().filter(({ key }) => key === options.function))),
      'after:package:compileFunctions': () =>
        addAliases(this.packaged, this.naming(), serverless.service.provider.compiledCloudFormationTemplate),
    };
  }

  /** The functions that this plugin handles, each with its options. */
  functions() {
    const { service } = this.serverless;
    const { provider, custom } = service;
    return service
      .getAllFunctions()
      .map((key) => ({ key, config: service.getFunction(key) }))
      .filter(({ config }) => !config.image && !config.package?.artifact && !config.package?.disable)
      .map(({ key, config }) => ({
        key,
        config,
        binary: config.handler,
        runtime: config.runtime ?? provider.runtime ?? '',
        architecture: config.architecture ?? provider.architecture ?? 'x86_64',
        options: { ...DEFAULTS, ...custom?.rust, ...config.rust },
      }))
      .filter(({ runtime }) => runtime.startsWith('provided.'));
  }

  naming() {
    return this.serverless.getProvider('aws').naming;
  }

  async package(functions) {
    this.packaged = functions;
    takeAliases(functions, this.naming());
    const executables = await this.build(functions);
    const directory = path.join(this.serverless.serviceDir, '.serverless');
    await fs.mkdir(directory, { recursive: true });
    // As many at once as there are processors: an executable is in memory while it is compressed.
    const [waiting, refused] = [[...functions], []];
    const worker = async () => {
      for (let fn; (fn = waiting.shift()); ) {
        const content = await fs.readFile(executables.get(fn.key));
        const reason = checkBinary(content, fn);
        if (reason) refused.push(reason);
        else await this.pack(fn, content, directory);
      }
    };
    await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
    if (refused.length) throw new UserError(refused.sort().join('\n'));
  }

  async pack(fn, content, directory) {
    const artifact = path.join(directory, `${fn.key}.zip`);
    await fs.writeFile(artifact, await zip('bootstrap', content, level(fn.options)));
    fn.config.package = { ...fn.config.package, artifact, individually: true };
  }

  async build(functions) {
    const progress = this.progress.create({ name: 'rust', message: 'Building with cargo' });
    try {
      return await build(this.serverless.serviceDir, functions);
    } finally {
      progress.remove();
    }
  }

  /**
   * Replaces the framework's `invoke local` for Rust functions. It would ask AWS for credentials and for each `Ref`,
   * and then start a Docker image that no longer exists. Arguments, input and `--docker` stay with the framework.
   */
  takeOverInvokeLocal() {
    const framework = this.serverless.pluginManager.plugins.find(({ hooks }) => hooks?.['invoke:local:invoke']);
    const ours = { loadEnvVars: async () => {}, invokeLocal: (fn) => this.explain(this.invokeLocal(fn, framework.options)) };
    for (const method of Object.keys(ours)) {
      const original = framework[method].bind(framework);
      framework[method] = async () => {
        const { function: name, docker } = framework.options;
        const fn = docker ? undefined : this.functions().find(({ key }) => key === name);
        return fn ? ours[method](fn) : original();
      };
    }
  }

  async invokeLocal(fn, { data, env = [] }) {
    // For this machine and fast to build: neither the deployed architecture nor its profile matter.
    const options = { ...fn.options, profile: 'dev', builder: 'cargo' };
    const executables = await this.build([{ ...fn, options, architecture: 'host' }]);
    const provider = this.serverless.getProvider('aws');
    const outcome = await invoke({
      fn,
      executable: executables.get(fn.key),
      data,
      given: Object.fromEntries([env].flat().map((pair) => pair.split(/=(.*)/s)).map(([name, value = '']) => [name, value])),
      service: this.serverless.service,
      region: provider.getRegion(),
      stack: provider.naming.getStackName(),
      directory: this.serverless.serviceDir,
    });
    if (outcome.missing) throw outcome.missing;
    this.writeText(pretty(outcome.answer ?? outcome.error));
    if (outcome.error !== undefined) process.exitCode = 1;
  }

  async explain(work) {
    try {
      return await work;
    } catch (error) {
      throw error instanceof UserError ? new this.serverless.classes.Error(error.message) : error;
    }
  }
}

/** zlib's level: small packages for Lambda, quick ones of debug builds, whose best compression takes seconds for each function. */
function level({ profile }) {
  return profile === 'dev' ? constants.Z_BEST_SPEED : constants.Z_BEST_COMPRESSION;
}

function pretty(payload) {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

module.exports = ServerlessRust;
