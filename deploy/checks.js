'use strict';

// Checks of parameters and functions before packaging. Refuses settings that would be ignored, deployments that AWS
// would refuse half way or that the smoke test would roll back, names that are too long, and routes without authorization.

const { complaint, named } = require('./names');
const { unfit } = require('./webhook');

const OPEN = ['health'];

module.exports = class Checks {
  constructor(serverless, options) {
    const { configurationInput: { functions, params }, processedInput, classes } = serverless;
    // A value may have a `=`, as an address with a query does.
    const given = (options.param ?? []).map((text) => [text.split('=', 1)[0], text.slice(text.indexOf('=') + 1)]);
    const known = new Set(['issuer', 'audience', ...Object.values(params).flatMap((stage) => Object.keys(stage))]);
    const values = { ...params.default, ...params[options.stage ?? 'dev'], ...Object.fromEntries(given) };
    const { alarms, alarmEmail, budget, certificate, domain, edgeSecret, edgeSecretNext, issuer, shift } = values;
    const refuse = (when, sentence) => {
      if (when) throw new classes.Error(sentence);
    };

    const unknown = given.map(([name]) => name).find((name) => !known.has(name));
    refuse(unknown, `there is no parameter "${unknown}"; there are ${[...known].sort().join(', ')}`);
    const [empty] = given.find(([, value]) => value === '') ?? [];
    refuse(empty, `the parameter "${empty}" is empty: leave it out, or give it a value`);
    refuse(!['none', 'events', 'all'].includes(alarms), `alarms is none, events or all, not "${alarms}"`);
    refuse(!(budget >= 0), `budget is a number of US dollars, not "${budget}"`);
    refuse(alarms === 'none' && (budget > 0 || alarmEmail !== 'none'), 'budget and alarmEmail ask for alarms: add --param alarms=all');
    refuse(!['none', 'at-once'].includes(shift) && alarms !== 'all', `the shift "${shift}" asks for all alarms: add --param alarms=all`);
    refuse((domain === 'none') !== (certificate === 'none'), 'domain and certificate go together: add the other one');
    refuse(edgeSecret !== 'none' && domain === 'none', 'edgeSecret is for a domain: add --param domain=... --param certificate=...');
    refuse(edgeSecretNext !== 'none' && edgeSecret === 'none', 'edgeSecretNext replaces edgeSecret: add --param edgeSecret=...');
    refuse(edgeSecretNext !== 'none' && edgeSecretNext === edgeSecret, 'edgeSecretNext and edgeSecret are the same secret');

    // The address of the smoke test. deploy/release always sets it, to nothing if it was given none.
    const { SMOKE_URL: address } = process.env;
    refuse(domain !== 'none' && address === '', `a stage with a domain is tested at an address that you name: set SMOKE_URL=https://${domain}/v1`);
    const tested = address && URL.canParse(address) ? new URL(address).hostname : address;
    refuse(edgeSecret !== 'none' && address && tested !== domain, `with edgeSecret, the API answers at its domain only: set SMOKE_URL=https://${domain}/v1`);

    const region = options.region ?? serverless.configurationInput.provider.region;
    refuse(budget > 0 && /^us-gov-/.test(region), `AWS has no budgets in ${region}: add --param budget=0`);

    // A function without a role of its own gets the framework's, which has no access to the table. A route without an
    // authorizer does not check who calls.
    const deploying = ['package', 'deploy'].includes(processedInput.commands[0]);
    const sentence = unfit(values, deploying);
    refuse(sentence, sentence);
    // Variables are not resolved yet: an entry that is one is of deploy/webhooks.yml, which has a role and no route.
    const written = [functions].flat().filter((map) => typeof map === 'object');
    const all = Object.assign({}, ...written);
    for (const [name, { role, events = [] }] of Object.entries(deploying ? all : {})) {
      refuse(!role, `the function "${name}" has no role: write one in deploy/roles.yml, and name it here as its neighbours do`);
      const open = events.some(({ httpApi }) => httpApi && !httpApi.authorizer);
      refuse(issuer && open && !OPEN.includes(name), `a route of "${name}" asks for no token: give it an authorizer, as its neighbours have`);
    }

    // Once variables are resolved, and before anything is built.
    const names = () => {
      const provider = serverless.getProvider('aws');
      const sentence = complaint(provider.getStage(), named(serverless.service, provider.naming));
      refuse(sentence, sentence);
    };
    this.hooks = deploying ? { initialize: names } : {};
  }
};
