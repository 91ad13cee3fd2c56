/**
 * The tables of the app.
 *
 * What the indexes project. `byTask` holds keys only: a run's task never changes, so a run costs one small
 * write there in all, where a projected state would cost one more at every change. Whoever lists by task
 * reads the page's items by key. `byState` is rewritten at every change in any case, since the state is in
 * its key, and what a list shows (task, queue, times, why it ended) fits into the same write unit; a list
 * by state then never reads an item, which may hold a result of 380 KB and would be charged by its full
 * size.
 *
 * A plain regional table rather than a global one: queues are regional, and records without their queue are
 * of no use.
 */

import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { TableResource } from '../lib/define/table-topology.ts';
import { acknowledge } from './acknowledge.ts';
import { arnFor } from './arn.ts';

export interface RunsTableProps {
  readonly resource: TableResource;
  /** The customer's key; without it DynamoDB encrypts with its own. */
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
  readonly deletionProtection: boolean;
  readonly pointInTimeRecovery: boolean;
}

/** The table of runs: claims, states and results. */
export class RunsTable extends Construct {
  readonly table: Table;
  readonly #encryptionKey: IKey | undefined;
  readonly #tableName: string;

  constructor(scope: Construct, id: string, props: RunsTableProps) {
    super(scope, id);
    const { resource, encryptionKey, pointInTimeRecovery } = props;
    this.#encryptionKey = encryptionKey;
    this.#tableName = resource.tableName;
    this.table = new Table(this, 'Table', {
      tableName: resource.tableName,
      partitionKey: key(resource.partitionKey),
      sortKey: key(resource.sortKey),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: resource.ttlAttribute,
      removalPolicy: props.removalPolicy,
      deletionProtection: props.deletionProtection,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: pointInTimeRecovery },
      ...(encryptionKey === undefined ? {} : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
    });
    for (const index of resource.indexes) {
      this.table.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: key(index.partitionKey),
        sortKey: key(index.sortKey),
        ...(index.attributes.length > 0
          ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...index.attributes] }
          : { projectionType: ProjectionType.KEYS_ONLY }),
      });
    }
    if (!pointInTimeRecovery) acknowledge(this, { 'AwsSolutions-DDB3': NO_RECOVERY });
  }

  /** Lets a worker claim, complete and read runs, those of a batch together. */
  grantRun(grantee: IGrantable): void {
    const together = ['dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate'];
    this.#grant(grantee, ['dynamodb:UpdateItem', ...together, ...READ_ACTIONS], WRITER_KEY_ACTIONS);
  }

  /** Lets a client reserve keys, revoke runs and set limits. */
  grantControl(grantee: IGrantable): void {
    this.#grant(grantee, ['dynamodb:UpdateItem', ...READ_ACTIONS], WRITER_KEY_ACTIONS);
  }

  /** Lets somebody read results. */
  grantRead(grantee: IGrantable): void {
    this.#grant(grantee, READ_ACTIONS, READER_KEY_ACTIONS);
  }

  /** Lets somebody read and write the records of schedules, and read which of their runs have ended. */
  grantSchedules(grantee: IGrantable): void {
    this.#grant(grantee, [...SCHEDULE_ACTIONS, ...READ_ACTIONS], WRITER_KEY_ACTIONS);
  }

  /** Lets `later` find the workflows that are overdue, by their state, and end them. */
  grantWorkflowSweep(grantee: IGrantable): void {
    this.grantControl(grantee);
    const resourceArns = [`${this.#arn(grantee)}/index/${BY_STATE}`];
    Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns });
  }

  #grant(grantee: IGrantable, actions: string[], keyActions: string[]): void {
    // The table's own grants would add every index by a wildcard; runs are read and written by key alone.
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.#arn(grantee)] });
    this.#encryptionKey?.grant(grantee, ...keyActions);
  }

  #arn(grantee: IGrantable): string {
    const named = { service: 'dynamodb', resource: 'table', resourceName: this.#tableName };
    return arnFor(grantee, this.table, this.table.tableArn, named);
  }
}

const NO_RECOVERY =
  'Runs are records of messages that expire; an old copy would say of newer messages that they had run. ' +
  'Set pointInTimeRecovery: true where results are to be restored by hand.';

/** The index in which what waits is found. */
const BY_STATE = 'byState';

const SCHEDULE_ACTIONS = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'];
const READ_ACTIONS = ['dynamodb:BatchGetItem'];

/** DynamoDB calls KMS in the caller's name for the table's key. */
const READER_KEY_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey'];
const WRITER_KEY_ACTIONS = [
  ...READER_KEY_ACTIONS,
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

function key(name: string): { name: string; type: AttributeType } {
  return { name, type: AttributeType.STRING };
}
