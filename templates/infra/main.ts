/** The CDK app: queues, functions, the table of runs and alarms. `npx cdk deploy` provisions them. */
import { App, Stack } from 'aws-cdk-lib/core';
import { Broker } from '#infra';
import { app } from '../functions/app.ts';

const cdk = new App();
// `cdk deploy --context stage=prod` makes another copy, whose names are its own.
const stage = String(cdk.node.tryGetContext('stage') ?? 'dev');

new Broker(new Stack(cdk, `Hello-${stage}`), 'Broker', {
  app,
  entry: 'functions/worker.ts',
  stage,
  workers: { mail: { memory: 512, concurrency: 10 } },
});
