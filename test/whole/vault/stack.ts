/** The CDK app that `celeriac dev` runs. */
import { App, Stack } from 'aws-cdk-lib/core';
import { Broker } from '#infra';
import { vault } from './app.ts';

const app = new App();
new Broker(new Stack(app, 'Vault'), 'Broker', { app: vault, entry: 'worker.ts' });
