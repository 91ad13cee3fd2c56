/**
 * The services whose schemas are known, and the little that their schemas do not say: how requests are told
 * apart before a schema is parsed, and where a service departs from what the others share.
 */
import { cloudformation } from './generated/cloudformation.ts';
import { cloudwatch } from './generated/cloudwatch.ts';
import { dynamodb } from './generated/dynamodb.ts';
import { eventbridge } from './generated/eventbridge.ts';
import { iam } from './generated/iam.ts';
import { lambda } from './generated/lambda.ts';
import { logs } from './generated/logs.ts';
import { s3 } from './generated/s3.ts';
import { scheduler } from './generated/scheduler.ts';
import { secretsmanager } from './generated/secretsmanager.ts';
import { sns } from './generated/sns.ts';
import { sqs } from './generated/sqs.ts';
import { ssm } from './generated/ssm.ts';
import { sts } from './generated/sts.ts';
import { Schema } from './schema.ts';
import type { ServiceData } from './schema-data.ts';

export interface KnownService {
  readonly name: string;
  /** Its name in the credential scope of signatures. */
  readonly signingName: string;
  readonly protocol: ServiceData['protocol'];
  /** The first half of X-Amz-Target, by the schema; services that speak no JSON have one too. */
  readonly target: string;
  /**
   * Who refuses requests without a required member. SQS and DynamoDB have an order of checks and words of
   * their own, so their models do; a service that leaves it to AWS's framework is served by the schema.
   */
  readonly required: 'model' | 'schema';
  /** Whether numbers and truth values are taken where text belongs. */
  readonly castsToText?: boolean;
  /** Where its shapes live by its own error messages, if not in the schema's namespace. */
  readonly javaPackage?: string;
  /** Set where clients may speak the Query protocol: what the schema does not say for it. */
  readonly query?: {
    readonly version: string;
    readonly xmlNamespace: string;
    /** The member that a request may leave to its path: a queue's URL is where the request goes. */
    readonly pathMember?: string;
  };
  readonly load: () => ServiceData;
}

/** Every service with a schema; one that a router was not given is refused by its name. */
export const KNOWN_SERVICES: readonly KnownService[] = [
  {
    name: 'sqs',
    signingName: 'sqs',
    protocol: 'json-1.0',
    target: 'AmazonSQS',
    required: 'model',
    castsToText: true,
    query: {
      version: '2012-11-05',
      xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
      pathMember: 'QueueUrl',
    },
    load: sqs,
  },
  {
    name: 'dynamodb',
    signingName: 'dynamodb',
    protocol: 'json-1.0',
    target: 'DynamoDB_20120810',
    required: 'model',
    javaPackage: 'com.amazonaws.dynamodb.v20120810',
    load: dynamodb,
  },
  {
    name: 'lambda',
    signingName: 'lambda',
    protocol: 'rest-json',
    target: 'AWSGirApiService',
    required: 'schema',
    load: lambda,
  },
  {
    name: 'cloudformation',
    signingName: 'cloudformation',
    protocol: 'query',
    target: 'CloudFormation',
    required: 'schema',
    query: { version: '2010-05-15', xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/' },
    load: cloudformation,
  },
  {
    name: 's3',
    signingName: 's3',
    protocol: 'rest-xml',
    target: 'AmazonS3',
    required: 'schema',
    load: s3,
  },
  {
    name: 'sts',
    signingName: 'sts',
    protocol: 'query',
    target: 'AWSSecurityTokenServiceV20110615',
    required: 'schema',
    query: { version: '2011-06-15', xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/' },
    load: sts,
  },
  {
    name: 'iam',
    signingName: 'iam',
    protocol: 'query',
    target: 'AWSIdentityManagementV20100508',
    required: 'schema',
    query: { version: '2010-05-08', xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/' },
    load: iam,
  },
  {
    name: 'ssm',
    signingName: 'ssm',
    protocol: 'json-1.1',
    target: 'AmazonSSM',
    required: 'schema',
    load: ssm,
  },
  {
    name: 'logs',
    signingName: 'logs',
    protocol: 'json-1.1',
    target: 'Logs_20140328',
    required: 'schema',
    load: logs,
  },
  {
    name: 'cloudwatch',
    signingName: 'monitoring',
    protocol: 'json-1.0',
    target: 'GraniteServiceVersion20100801',
    required: 'schema',
    query: { version: '2010-08-01', xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/' },
    load: cloudwatch,
  },
  {
    name: 'secretsmanager',
    signingName: 'secretsmanager',
    protocol: 'json-1.1',
    target: 'secretsmanager',
    required: 'schema',
    load: secretsmanager,
  },
  {
    name: 'sns',
    signingName: 'sns',
    protocol: 'query',
    target: 'AmazonSimpleNotificationService',
    required: 'model',
    query: { version: '2010-03-31', xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/' },
    load: sns,
  },
  {
    name: 'eventbridge',
    signingName: 'events',
    protocol: 'json-1.1',
    target: 'AWSEvents',
    required: 'model',
    load: eventbridge,
  },
  {
    name: 'scheduler',
    signingName: 'scheduler',
    protocol: 'rest-json',
    target: 'AWSChronosService',
    required: 'schema',
    load: scheduler,
  },
];

const schemas = new Map<string, Schema>();

/** The schema of a known service, parsed once for all routers. */
export function schemaOf(service: KnownService): Schema {
  let schema = schemas.get(service.name);
  if (schema === undefined) {
    const data = service.load();
    schema = new Schema(data, service);
    schemas.set(service.name, schema);
  }
  return schema;
}
