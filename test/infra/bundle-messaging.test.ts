/** The clients of SNS, EventBridge and S3 are in the bundles of apps that need them, and in no others. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bind, defineApp, defineExchange, defineQueue, defineTask } from '#lib';
import { synthesize } from './stack.ts';

/** What only these clients say: the shapes of their answers. */
const SAID = { sns: 'PublishBatchResultEntry', eventbridge: 'PutEventsResultEntry', s3: 'PutObjectOutput' };

const plain = defineQueue('plain');
const store = defineQueue('store', { largePayloads: 's3' });
const inPlain = defineTask('in-plain', { queue: plain, result: false, run: () => {} });
const inStore = defineTask('in-store', { queue: store, result: false, run: () => {} });
const fanout = defineExchange('news', { type: 'fanout' });
const topic = defineExchange('orders', { type: 'topic' });
/** One bundle is enough to look at. */
const longDelays = false;

test.each([
  ['without exchanges', [], defineApp('bare', { tasks: [inPlain], longDelays })],
  ['with a fanout exchange', ['sns'], defineApp('fanned', { bindings: [bind(fanout, inPlain)], longDelays })],
  [
    'with a topic exchange',
    ['eventbridge'],
    defineApp('matched', { bindings: [bind(topic, 'a.#', inPlain)], longDelays }),
  ],
  ['with large payloads', ['s3'], defineApp('large', { tasks: [inStore], longDelays })],
])('an app %s is bundled with the clients of %j', (_, clients, app) => {
  const { folder } = synthesize(app, {}, { bundled: true });

  const assets = readdirSync(folder).filter((name) => name.startsWith('asset.'));
  const codes = assets.map((name) => readFileSync(join(folder, name, 'index.js'), 'utf8'));

  expect(codes).toHaveLength(1);
  const found = Object.entries(SAID).filter(([, word]) => codes[0]?.includes(word) ?? false);
  expect(found.map(([service]) => service)).toEqual(clients);
});
