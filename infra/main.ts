/**
 * The CDK app of the example. Findings of CloudFormation's validator and of cdk-nag are errors: nothing is
 * deployed with one.
 */
import { App, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { flights } from '../functions/flights.ts';
import { DEFAULT_STAGE } from '../lib/define/topology.ts';
import { Broker } from './broker.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

// `cdk deploy -c stage=prod`; anything else than a valid name of a stage is refused by the Broker.
const stage = String(app.node.tryGetContext('stage') ?? DEFAULT_STAGE);
new Broker(new Stack(app, `Flights-${stage}`), 'Broker', {
  app: flights,
  entry: 'functions/worker.ts',
  workers: { tallies: { concurrency: 4 }, late: { concurrency: 2 }, alerts: { concurrency: 2 } },
  stage,
  // An example leaves nothing behind that somebody would have to clean up.
  removalPolicy: RemovalPolicy.DESTROY,
  bundling: { sourceMaps: app.node.tryGetContext('sourceMaps') === 'true' },
});
