/**
 * The table of a dashboard's ended sessions, where the dashboard asks for a token. A table of its own rather
 * than a corner of the app's: an app may have none, and a dashboard that is read only may write nothing
 * there. On demand it costs nothing at rest, one read a request, one write a log-out.
 */
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Sessions that were logged out, each until it would have ended by itself. */
export class Sessions extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // It holds ids that open nothing, for half a day, so it has no key of the customer's and no other policy.
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(this, { 'AwsSolutions-DDB3': 'An ended session is of interest for half a day.' });
  }

  /** Lets a dashboard end sessions and ask for them. */
  grant(grantee: IGrantable): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      resourceArns: [this.table.tableArn],
    });
  }
}
