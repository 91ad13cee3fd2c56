/** The code of docs/worker.md, compiled here; code.test.ts holds the two together. */
import type { Stack } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { defineApp, defineQueue, defineTask } from '#lib';

const reports = defineQueue('reports');
const report = defineTask('report', { queue: reports, run: (day: string) => `report of ${day}` });
const shop = defineApp('shop', { tasks: [report] });

declare const stack: Stack;
declare const vpc: IVpc;

// region run
import { runWorker } from '#lib/aws';

const worker = await runWorker(shop, { queues: ['reports'], concurrency: 20, health: { port: 8080 } });
await worker.done; // until a signal, or worker.stop('warm'); worker.status() says what it does

// endregion

// region broker
import { Broker } from '#infra';

const broker = new Broker(stack, 'Broker', {
  app: shop,
  entry: 'worker.ts',
  workers: { reports: 'machine' },
});

// endregion

// region control
import { listWorkers, tellWorker } from '#lib/aws';

for (const { id, host, running, lost } of await listWorkers(shop)) {
  console.log(id, host, running.length, lost);
  // At its next beat; there are 'shrink', and { kind: 'shutdown', how: 'warm' }, too.
  await tellWorker(shop, id, { kind: 'grow', by: 4 });
}

// endregion

// region fargate
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { FargateWorker } from '#infra';

new FargateWorker(stack, 'Reports', {
  broker,
  queues: ['reports'],
  image: ContainerImage.fromAsset('.'),
  vpc,
  scaling: { max: 20 },
});
// endregion
