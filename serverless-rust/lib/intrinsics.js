'use strict';

const { UserError } = require('./error');

const ACCOUNT = '000000000000';
/** By resource type: the property with the resource's name, its ARN's service, and the ARN's prefix of the name. */
const TYPES = {
  'AWS::DynamoDB::Table': ['TableName', 'dynamodb', 'table/'],
  'AWS::Events::EventBus': ['Name', 'events', 'event-bus/'],
  'AWS::SQS::Queue': ['QueueName', 'sqs', ''],
  'AWS::SNS::Topic': ['TopicName', 'sns', ''],
  'AWS::S3::Bucket': ['BucketName', 's3', ''],
};

/**
 * Resolves `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::Join` from the template alone, as CloudFormation would:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
class Intrinsics {
  /** `sqs`: the endpoint of SQS, if not AWS's. A queue's URL may serve clients as the address of their requests. */
  constructor({ resources, region, stack, sqs = `https://sqs.${region}.amazonaws.com` }) {
    Object.assign(this, { resources, region, stack, sqs });
    this.pseudo = {
      'AWS::Region': region,
      'AWS::AccountId': ACCOUNT,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack,
    };
  }

  resolve(value) {
    if (value === null || typeof value !== 'object') return String(value);
    const [[name, argument] = [], ...rest] = Object.entries(value);
    const answer = rest.length === 0 && INTRINSICS[name];
    if (!answer) throw new UserError(`${JSON.stringify(value)} cannot be answered without AWS`);
    return answer.call(this, argument);
  }

  ref(id) {
    if (id in this.pseudo) return this.pseudo[id];
    const { type, name } = this.resource(id);
    if (type === 'AWS::SQS::Queue') return `${this.sqs}/${ACCOUNT}/${name}`;
    return type === 'AWS::SNS::Topic' ? this.attribute(id, 'Arn') : name;
  }

  attribute(id, attribute) {
    const { type, name } = this.resource(id);
    const [nameProperty, service, prefix] = TYPES[type] ?? [];
    if (service && ['Arn', 'TopicArn'].includes(attribute)) {
      return service === 's3' ? `arn:aws:s3:::${name}` : `arn:aws:${service}:${this.region}:${ACCOUNT}:${prefix}${name}`;
    }
    if (service && [nameProperty, 'QueueName', 'Name'].includes(attribute)) return name;
    throw new UserError(`the attribute ${id}.${attribute} cannot be answered without AWS`);
  }

  resource(id) {
    const resource = this.resources[id];
    if (!resource) throw new UserError(`the template has no resource ${id}`);
    const [nameProperty] = TYPES[resource.Type] ?? [];
    const name = resource.Properties?.[nameProperty];
    return { type: resource.Type, name: name === undefined ? `${this.stack}-${id}` : this.resolve(name) };
  }

  substitute(text, own = {}) {
    return text.replace(/\$\{(!?)([^}]*)\}/g, (whole, literal, name) => {
      if (literal) return `\${${name}}`;
      if (name in own) return this.resolve(own[name]);
      const [id, ...attribute] = name.split('.');
      return attribute.length ? this.attribute(id, attribute.join('.')) : this.ref(id);
    });
  }
}

const INTRINSICS = {
  'Ref': Intrinsics.prototype.ref,
  'Fn::GetAtt'(target) {
    const [id, ...attribute] = Array.isArray(target) ? target : target.split('.');
    return this.attribute(id, attribute.join('.'));
  },
  'Fn::Sub'(argument) {
    return this.substitute(...(Array.isArray(argument) ? argument : [argument]));
  },
  'Fn::Join'([separator, parts]) {
    return parts.map((part) => this.resolve(part)).join(separator);
  },
};

/**
 * CloudFormation's dynamic references to secrets and parameters
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html). There is no Secrets Manager on one
 * machine: the value of a secret is its name.
 */
function withoutSecrets(text) {
  return text.replace(/\{\{resolve:(secretsmanager|ssm|ssm-secure):(.*?)\}\}/g, (whole, service, id) => {
    // An ARN of a secret has colons of its own, and the name at its end.
    const name = id.split(':')[service === 'secretsmanager' && id.startsWith('arn:') ? 6 : 0]?.trim();
    return name || whole;
  });
}

module.exports = { Intrinsics, withoutSecrets, ACCOUNT };
