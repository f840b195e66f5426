'use strict';

// What `serverless rollback` has to be told to come back to what is deployed now:
//
//   node deploy/deployed.js STACK REGION
//
// Nothing where no function is deployed. The stack's own template tells. `serverless deploy list` does not: it lists what was
// uploaded, and a deployment that failed is among it.

const { createRequire } = require('node:module');
// The client that the framework brings along; it finds credentials where the framework does.
const { CloudFormationClient, GetTemplateCommand } = createRequire(require.resolve('osls/package.json'))('@aws-sdk/client-cloudformation');

async function main([StackName, region]) {
  const client = new CloudFormationClient({ region });
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }));
  const { Resources, Parameters } = JSON.parse(TemplateBody);
  const lambda = Object.values(Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
  if (!lambda) return;
  const [, timestamp] = /\/(\d+)-[^/]+\/[^/]+$/.exec(lambda.Properties.Code.S3Key);
  // Where CodeDeploy waits for alarms: while one rings it would shift nothing, not even back.
  const shift = Parameters?.RollbackOnAlarm ? ' --param rollbackOnAlarm=false' : '';
  console.log(`--timestamp ${timestamp}${shift}`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`what is deployed now cannot be told: ${error.message}`);
  process.exitCode = 1;
});
