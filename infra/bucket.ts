/** The bucket of payloads that are too large for a message. */

import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Aws, Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { BucketResource } from '../lib/define/topology.ts';
import { acknowledge } from './acknowledge.ts';
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

  constructor(scope: Construct, id: string, props: BlobsBucketProps) {
    super(scope, id);
    const { resource, encryptionKey, removalPolicy } = props;
    this.#encryptionKey = encryptionKey;
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
    this.#grant(grantee, ['s3:PutObject'], [this.#objects]);
    this.#encryptionKey?.grant(grantee, ...SENDER_KEY_ACTIONS);
  }

  /** Lets a worker read payloads, and learn that one is gone: S3 tells only who may list. */
  grantGet(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject'], [this.#objects]);
    this.#grant(grantee, ['s3:ListBucket'], [this.bucket.bucketArn]);
    this.#encryptionKey?.grant(grantee, 'kms:Decrypt');
  }

  get #objects(): string {
    return this.bucket.arnForObjects('*');
  }

  #grant(grantee: IGrantable, actions: string[], resourceArns: string[]): void {
    Grant.addToPrincipal({ grantee, actions, resourceArns });
    const { grantPrincipal } = grantee;
    const { defaultChild } = this.bucket.node;
    if (!Construct.isConstruct(grantPrincipal) || defaultChild === undefined) return;
    // A bucket's own resource is an element of the template, as its type does not say.
    const id = Stack.of(this).getLogicalId(defaultChild as Parameters<Stack['getLogicalId']>[0]);
    acknowledge(grantPrincipal, {
      [`AwsSolutions-IAM5[Resource::<${id}.Arn>/*]`]: 'Objects are named by the ids of messages.',
    });
  }
}
