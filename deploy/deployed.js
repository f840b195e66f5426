'use strict';

// Prints the arguments with which `serverless rollback` comes back to the current deployment:
//
//     node deploy/deployed.js STACK REGION
//
// Prints nothing if no function is deployed. Reads the stack's template. `serverless deploy list` would be wrong: it
// lists uploads, including those of failed deployments.

const { createRequire } = require('node:module');
// The framework's own client, which finds credentials where the framework does.
const { CloudFormationClient, GetTemplateCommand } = createRequire(require.resolve('osls/package.json'))('@aws-sdk/client-cloudformation');

async function main([StackName, region]) {
  const client = new CloudFormationClient({ region });
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }));
  const { Resources, Parameters } = JSON.parse(TemplateBody);
  const lambda = Object.values(Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
  if (!lambda) return;
  const [, timestamp] = /\/(\d+)-[^/]+\/[^/]+$/.exec(lambda.Properties.Code.S3Key);
  // If CodeDeploy waits for alarms: while one rings it would shift nothing, not even back.
  const shift = Parameters?.RollbackOnAlarm ? ' --param rollbackOnAlarm=false' : '';
  console.log(`--timestamp ${timestamp}${shift}`);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`what is deployed now cannot be told: ${error.message}`);
  process.exitCode = 1;
});
