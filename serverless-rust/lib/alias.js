'use strict';

/**
 * Sets an alias for each of `functions`, so that every event invokes the alias instead of the function. This is the
 * framework's `targetAlias`, which it sets for provisioned concurrency and SnapStart only. An alias needs versions to
 * point to.
 */
function takeAliases(functions, naming) {
  for (const { key, config, options } of aliased(functions)) {
    const logicalId = `${naming.getNormalizedFunctionName(key)}LambdaAlias`;
    config.targetAlias = { name: options.alias.name, logicalId };
    config.versionFunction = true;
  }
}

/**
 * Adds the aliases to `template`. If the options have a deployment group, each function gets its own group, and
 * CodeDeploy moves the alias to a new version. If they have an alarm, the group watches one on that version.
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
      // Lambda reports an alias's invocations by version:
      // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
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
