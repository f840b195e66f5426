'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./serverless');

const SOURCE = fs.readFileSync(path.join(ROOT, 'lambda/src/metrics.rs'), 'utf8');

/** The names of all `Metric` constants below a folder. */
function constants(folder) {
  const files = fs.readdirSync(path.join(ROOT, folder), { recursive: true }).filter((file) => file.endsWith('.rs'));
  const sources = files.map((file) => fs.readFileSync(path.join(ROOT, folder, file), 'utf8'));
  return sources.flatMap((source) => [...source.matchAll(/: Metric = Metric::\w+\("(\w+)"\)/g)].map(([, name]) => name));
}

/**
 * Metrics of the functions by dimensions, in the namespace `BookingAPI`. An alarm on a metric that no function sends
 * would never ring, so the template's alarms are compared with the code.
 */
const OWN = {
  'Stage': [...constants('handlers/src'), ...constants('lambda/src')],
  'Stage,Function': ['Latency', 'ServerErrors', 'ColdStart'].filter((name) => SOURCE.includes(`!("${name}"`) || SOURCE.includes(`counter("${name}")`)),
  'Stage,Problem': ['Problems'].filter((name) => SOURCE.includes(`counter!("${name}"`)),
};

/**
 * AWS's own metrics, as far as they are used:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
 */
const AWS = {
  'AWS/ApiGateway': { 'ApiId,Stage': ['Count', '4xx', '5xx', 'Latency', 'IntegrationLatency'] },
  'AWS/Lambda': {
    'FunctionName': ['Errors', 'Throttles', 'Duration', 'IteratorAge'],
    'FunctionName,Resource,ExecutedVersion': ['Errors'],
    'EventSourceMappingUUID': ['PolledEventCount'],
  },
  'AWS/SQS': { QueueName: ['ApproximateNumberOfMessagesVisible'] },
  'AWS/DynamoDB': {
    'TableName': ['ReadThrottleEvents', 'WriteThrottleEvents'],
    'TableName,GlobalSecondaryIndexName': ['ReadThrottleEvents', 'WriteThrottleEvents'],
    'TableName,Operation': ['SuccessfulRequestLatency'],
  },
};

/** Whether the metric exists. */
function known(namespace, name, dimensions) {
  const all = namespace === 'BookingAPI' ? OWN : AWS[namespace];
  return Boolean(all?.[dimensions.join(',')]?.includes(name));
}

module.exports = { known };
