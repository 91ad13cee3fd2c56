/** The bucket of payloads that are too large for a message. */

import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Aws, Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { BucketResource } from '../lib/define/topology.ts';
import { acknowledge } from './acknowledge.ts';
import { arnFor, isElsewhere } from './arn.ts';
import { SENDER_KEY_ACTIONS } from './queue.ts';

export interface BlobsBucketProps {
  readonly resource: BucketResource;
  /** The customer's key; without it S3 encrypts with its own. */
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/** Large payloads: written by who sends, read by workers, gone when no message can name them any more. */
export class BlobsBucket extends Construct {
  readonly bucket: Bucket;
  readonly #encryptionKey: IKey | undefined;
  readonly #prefix: string;

  constructor(scope: Construct, id: string, props: BlobsBucketProps) {
    super(scope, id);
    const { resource, encryptionKey, removalPolicy } = props;
    this.#encryptionKey = encryptionKey;
    this.#prefix = resource.prefix;
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: `${resource.prefix}-${Aws.ACCOUNT_ID}-${Aws.REGION}`,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ id: 'Expiry', expiration: Duration.days(resource.expiresDays) }],
      removalPolicy,
      ...(encryptionKey === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
    });
    acknowledge(this, {
      'AwsSolutions-S1':
        'Each object is written and read by a message, whose record says so; access logs would cost more ' +
        'than the objects.',
    });
  }

  /** Lets somebody write payloads. */
  grantPut(grantee: IGrantable): void {
    this.#grant(grantee, 's3:PutObject', '/*');
    this.#encryptionKey?.grant(grantee, ...SENDER_KEY_ACTIONS);
  }

  /** Lets a worker read payloads, and learn that one is gone: S3 tells only who may list. */
  grantGet(grantee: IGrantable): void {
    this.#grant(grantee, 's3:GetObject', '/*');
    this.#grant(grantee, 's3:ListBucket', '');
    this.#encryptionKey?.grant(grantee, 'kms:Decrypt');
  }

  #grant(grantee: IGrantable, action: string, objects: '' | '/*'): void {
    const { account, region } = Stack.of(this);
    // Its stack's, which a grantee in another Region does not share.
    const resource = `${this.#prefix}-${account}-${region}`;
    const named = { service: 's3', region: '', account: '', resource };
    const arn = arnFor(grantee, this.bucket, this.bucket.bucketArn, named);
    Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [`${arn}${objects}`] });
    const { grantPrincipal } = grantee;
    if (!Construct.isConstruct(grantPrincipal)) return;
    const shown = isElsewhere(grantee, this.bucket) ? this.#arnShown : `<${this.#logicalId}.Arn>`;
    const reason = 'Objects are named by the ids of messages.';
    acknowledge(grantPrincipal, { [`AwsSolutions-IAM5[Resource::${shown}/*]`]: reason }, this);
  }

  /** As cdk-nag writes it. */
  get #arnShown(): string {
    return `arn:<AWS::Partition>:s3:::${this.#prefix}-<AWS::AccountId>-<AWS::Region>`;
  }

  get #logicalId(): string {
    // A bucket's own resource is an element of the template, as its type does not say.
    return Stack.of(this).getLogicalId(this.bucket.node.defaultChild as Parameters<Stack['getLogicalId']>[0]);
  }
}
