'use strict';

/**
 * What the functions measure, by dimensions, in the namespace `BookingAPI`. An alarm on a metric that nobody sends stays
 * silent for ever, so the template's are held against this list.
 */
const OWN = {
  'Stage': [
    ...['CreateBooking', 'GetBooking', 'UpdateBooking', 'DeleteBooking', 'CancelBooking', 'ListUserBookings', 'ListBusyTimes'],
    ...['ColdStart', 'Conflicts', 'LostRaces', 'IdempotentReplays'],
    ...['RemindersPublished', 'RemindersDropped', 'RecordsParked', 'ReminderLateness', 'EventsPublished'],
    ...['Sweeps', 'RemindersMarked', 'SweepsUnfinished'],
  ],
  'Stage,Function': ['Latency', 'ServerErrors'],
  'Stage,Problem': ['Problems'],
};

/** AWS's own, as far as they are used: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html */
const AWS = {
  'AWS/ApiGateway': { 'ApiId,Stage': ['Count', '4xx', '5xx', 'Latency', 'IntegrationLatency'] },
  'AWS/Lambda': { FunctionName: ['Errors', 'Throttles', 'Duration', 'IteratorAge'] },
  'AWS/SQS': { QueueName: ['ApproximateNumberOfMessagesVisible'] },
  'AWS/DynamoDB': {
    'TableName': ['ReadThrottleEvents', 'WriteThrottleEvents'],
    'TableName,GlobalSecondaryIndexName': ['ReadThrottleEvents', 'WriteThrottleEvents'],
    'TableName,Operation': ['SuccessfulRequestLatency'],
  },
};

/** Whether there is such a metric. */
function known(namespace, name, dimensions) {
  const all = namespace === 'BookingAPI' ? OWN : AWS[namespace];
  return Boolean(all?.[dimensions.join(',')]?.includes(name));
}

module.exports = { known };
