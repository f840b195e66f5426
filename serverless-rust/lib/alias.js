'use strict';

/**
 * Gives each of `functions` an alias, which every event then invokes instead of the function itself: that is what the
 * framework does with `targetAlias`, which it sets for provisioned concurrency and SnapStart only. An alias needs
 * versions to point to.
 */
function takeAliases(functions, naming) {
  for (const { key, config, options } of aliased(functions)) {
    const logicalId = `${naming.getNormalizedFunctionName(key)}LambdaAlias`;
    config.targetAlias = { name: options.alias.name, logicalId };
    config.versionFunction = true;
  }
}

/**
 * Writes the aliases into `template`. Where the options have the properties of a deployment group, each function gets a
 * group of its own, and CodeDeploy moves the alias to a new version; where they have those of an alarm, the group watches
 * one on that version.
 */
function addAliases(functions, naming, template) {
  for (const { key, config, options } of aliased(functions)) {
    const alias = {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        FunctionName: { Ref: naming.getLambdaLogicalId(key) },
        FunctionVersion: { 'Fn::GetAtt': [config.versionLogicalId, 'Version'] },
        Name: options.alias.name,
      },
    };
    template.Resources[config.targetAlias.logicalId] = alias;
    if (!options.alias.deploymentGroup) continue;
    const group = `${naming.getNormalizedFunctionName(key)}DeploymentGroup`;
    const Properties = structuredClone(options.alias.deploymentGroup);
    template.Resources[group] = { Type: 'AWS::CodeDeploy::DeploymentGroup', Properties };
    if (options.alias.alarm) {
      const alarm = `${naming.getNormalizedFunctionName(key)}NewVersionFailing`;
      // Lambda counts what an alias executes by version: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
      const Dimensions = [
        { Name: 'FunctionName', Value: alias.Properties.FunctionName },
        { Name: 'Resource', Value: { 'Fn::Join': [':', [alias.Properties.FunctionName, options.alias.name]] } },
        { Name: 'ExecutedVersion', Value: alias.Properties.FunctionVersion },
      ];
      template.Resources[alarm] = { Type: 'AWS::CloudWatch::Alarm', Properties: { ...options.alias.alarm, Dimensions } };
      const watched = (Properties.AlarmConfiguration ??= { Enabled: true });
      watched.Alarms = [...(watched.Alarms ?? []), { Name: { Ref: alarm } }];
    }
    const shift = { ApplicationName: Properties.ApplicationName, DeploymentGroupName: { Ref: group } };
    alias.UpdatePolicy = { CodeDeployLambdaAliasUpdate: shift };
  }
}

const aliased = (functions) => functions.filter(({ options }) => options.alias);

module.exports = { takeAliases, addAliases };
