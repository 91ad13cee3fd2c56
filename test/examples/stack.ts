/** stack.ts: the CDK app. `npx cdk deploy` provisions queues, functions, the table of runs, and alarms. */
import { App, Stack } from 'aws-cdk-lib/core';
import { Broker } from '#infra';
import { shop } from './shop.ts';

const stack = new Stack(new App(), 'Shop');
const broker = new Broker(stack, 'Broker', {
  app: shop,
  entry: 'worker.ts',
  workers: { payments: { memory: 1024, concurrency: 20, environment: { BANK: 'https://bank.example' } } },
});
broker.worker('payments').addEnvironment('LOG_LEVEL', 'info');
