'use strict';

/**
 * The longest name that AWS takes, by the type of a resource and its property. CloudFormation finds a longer one when it comes to the
 * resource, half way through a deployment.
 */
const LONGEST = {
  // https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
  'AWS::Budgets::Budget': { 'Budget.BudgetName': 100 },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  'AWS::CloudWatch::Alarm': { AlarmName: 255 },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
  'AWS::CloudWatch::CompositeAlarm': { AlarmName: 255 },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
  'AWS::CloudWatch::Dashboard': { DashboardName: 255 },
  // https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateApplication.html
  'AWS::CodeDeploy::Application': { ApplicationName: 100 },
  // https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html
  'AWS::CodeDeploy::DeploymentGroup': { DeploymentGroupName: 100 },
  // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
  'AWS::DynamoDB::Table': { TableName: 255 },
  // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html
  'AWS::Events::Archive': { ArchiveName: 48 },
  // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
  'AWS::Events::EventBus': { Name: 256 },
  // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
  'AWS::Events::Rule': { Name: 64 },
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
  'AWS::IAM::Role': { RoleName: 64 },
  // https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
  'AWS::Lambda::Function': { FunctionName: 64 },
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
  'AWS::Logs::LogGroup': { LogGroupName: 512 },
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  'AWS::S3::Bucket': { BucketName: 63 },
  // https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
  'AWS::SNS::Topic': { TopicName: 256 },
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
  'AWS::SQS::Queue': { QueueName: 80 },
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
  'AWS::CloudFormation::Stack': { StackName: 128 },
};

/** The names of a template's resources that do not fit: `{ type, name, longest }`, the one that is too long by most first. */
function tooLong(resources) {
  const all = Object.values(resources).flatMap(({ Type: type, Properties = {} }) =>
    Object.entries(LONGEST[type] ?? {}).map(([property, longest]) => {
      const name = property.split('.').reduce((object, key) => object?.[key], Properties);
      return { type, name, longest, excess: typeof name === 'string' ? name.length - longest : 0 };
    }),
  );
  return all.filter(({ excess }) => excess > 0).sort((one, other) => other.excess - one.excess);
}

/** The resources that `service` names: those of its template, and those that the framework makes of it. */
function named(service, naming) {
  const functions = Object.values(service.functions).flatMap(({ name }) => [
    { Type: 'AWS::Lambda::Function', Properties: { FunctionName: name } },
    { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: naming.getLogGroupName(name) } },
  ]);
  const stack = { Type: 'AWS::CloudFormation::Stack', Properties: { StackName: naming.getStackName() } };
  return [stack, ...functions, ...Object.values(service.resources?.Resources ?? {})];
}

/** A sentence on the name that does not fit, or nothing. */
function complaint(stage, resources) {
  const [worst] = tooLong(resources);
  if (!worst) return undefined;
  const { type, name, longest, excess } = worst;
  return `the stage's name "${stage}" is too long by ${excess}: ${type} "${name}" has ${name.length} characters, and AWS takes ${longest}`;
}

module.exports = { LONGEST, complaint, named, tooLong };
