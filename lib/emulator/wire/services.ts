/**
 * The services whose schemas are known, and the little that their schemas do not say: how requests are told
 * apart before a schema is parsed, and where a service departs from what the others share.
 */
import { dynamodb } from './generated/dynamodb.ts';
import { lambda } from './generated/lambda.ts';
import { sqs } from './generated/sqs.ts';
import { Schema } from './schema.ts';
import type { ServiceData } from './schema-data.ts';

export interface KnownService {
  readonly name: string;
  /** Its name in the credential scope of signatures. */
  readonly signingName: string;
  readonly protocol: ServiceData['protocol'];
  /** The first half of X-Amz-Target. */
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
