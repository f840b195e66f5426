'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { fakeCargo } = require('./support/cargo');
const { elf } = require('./support/elf');
const { service } = require('./support/service');

/** Packages `one` and `two` as the framework does, and returns the template's resources. */
async function packaged(t, { rust, two }) {
  const functions = { one: { handler: 'one' }, two: { handler: 'two', ...two } };
  const { directory, plugin, serverless } = service({ functions, custom: { rust }, t });
  const executable = path.join(directory, 'binary');
  fs.writeFileSync(executable, elf('x86_64', { name: 'GLIBC_2.34' }));
  fakeCargo(t, directory, { binaries: ['one', 'two'], executables: { host: executable } });
  await plugin.hooks['before:package:createDeploymentArtifacts']();
  // The framework does this between the plugin's hooks.
  for (const [key, config] of Object.entries(functions)) config.versionLogicalId = `${key}Version7`;
  serverless.service.provider.compiledCloudFormationTemplate = { Resources: {} };
  plugin.hooks['after:package:compileFunctions']();
  return { functions, resources: serverless.service.provider.compiledCloudFormationTemplate.Resources };
}

describe('aliases', () => {
  it('are none unless asked for', async (t) => {
    for (const rust of [undefined, { alias: false }]) {
      const { functions, resources } = await packaged(t, { rust });
      assert.deepEqual([resources, functions.one.targetAlias], [{}, undefined]);
    }
  });

  it('point to the version that is deployed, and events to them', async (t) => {
    const { functions, resources } = await packaged(t, { rust: { alias: { name: 'live' } } });
    assert.deepEqual(functions.one.targetAlias, { name: 'live', logicalId: 'OneLambdaAlias' });
    assert.deepEqual(Object.keys(resources), ['OneLambdaAlias', 'TwoLambdaAlias']);
    assert.deepEqual(resources.OneLambdaAlias, {
      Type: 'AWS::Lambda::Alias',
      Properties: { FunctionName: { Ref: 'OneLambdaFunction' }, FunctionVersion: { 'Fn::GetAtt': ['oneVersion7', 'Version'] }, Name: 'live' },
    });
  });

  it('can be left out for a function', async (t) => {
    const { resources } = await packaged(t, { rust: { alias: { name: 'live' } }, two: { rust: { alias: false } } });
    assert.deepEqual(Object.keys(resources), ['OneLambdaAlias']);
  });

  it('are moved by a deployment group of their own', async (t) => {
    const deploymentGroup = { ApplicationName: { Ref: 'Application' }, DeploymentConfigName: 'slowly' };
    const { resources } = await packaged(t, { rust: { alias: { name: 'live', deploymentGroup } } });
    assert.deepEqual(resources.TwoDeploymentGroup, { Type: 'AWS::CodeDeploy::DeploymentGroup', Properties: deploymentGroup });
    const update = { ApplicationName: { Ref: 'Application' }, DeploymentGroupName: { Ref: 'TwoDeploymentGroup' } };
    assert.deepEqual(resources.TwoLambdaAlias.UpdatePolicy, { CodeDeployLambdaAliasUpdate: update });
  });

  it('are watched by an alarm of their own, on the version they move to', async (t) => {
    const deploymentGroup = { AlarmConfiguration: { Enabled: false, Alarms: [{ Name: 'other' }] } };
    const alarm = { MetricName: 'Errors', Threshold: 1 };
    const { resources } = await packaged(t, { rust: { alias: { name: 'live', deploymentGroup, alarm } } });
    assert.deepEqual(resources.TwoNewVersionFailing, {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        ...alarm,
        Dimensions: [
          { Name: 'FunctionName', Value: { Ref: 'TwoLambdaFunction' } },
          { Name: 'Resource', Value: { 'Fn::Join': [':', [{ Ref: 'TwoLambdaFunction' }, 'live']] } },
          { Name: 'ExecutedVersion', Value: { 'Fn::GetAtt': ['twoVersion7', 'Version'] } },
        ],
      },
    });
    const Alarms = [{ Name: 'other' }, { Name: { Ref: 'TwoNewVersionFailing' } }];
    assert.deepEqual(resources.TwoDeploymentGroup.Properties.AlarmConfiguration, { Enabled: false, Alarms });
    assert.deepEqual(deploymentGroup.AlarmConfiguration.Alarms.length, 1);
  });
});
