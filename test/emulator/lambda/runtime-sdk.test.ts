import { afterAll, afterEach, expect, test } from 'vitest';
import { createBundleRig, type Files } from './bundle-rig.ts';
import { payloadOf } from './rig.ts';

// Far from every node_modules, as an unpacked zip is.
const rig = createBundleRig();

afterEach(() => rig.close());
afterAll(() => rig.remove());

const COMMON = `const { SQSClient } = require('@aws-sdk/client-sqs');
exports.handler = async () => new SQSClient({ region: 'eu-west-1' }).config.region();`;
const MODULE = `import { SQSClient } from '@aws-sdk/client-sqs';
export const handler = async () => new SQSClient({ region: 'eu-west-1' }).config.region();`;
// What bundlers put before a module that still requires something.
const MIXED = `import { createRequire } from 'node:module';
const { SQSClient } = createRequire(import.meta.url)('@aws-sdk/client-sqs');
export const handler = async () => new SQSClient({ region: 'eu-west-1' }).config.region();`;

test.each<[string, Files]>([
  ['a CommonJS bundle', COMMON],
  ['a module', { 'index.mjs': MODULE }],
  ['a module that requires', { 'index.mjs': MIXED }],
])('%s that leaves the SDK to its runtime finds one, as on AWS', async (_title, files) => {
  const { invoke } = await rig.open(files, { initMs: 60_000 });

  const answer = await invoke();

  expect(payloadOf(answer)).toBe('eu-west-1');
});

test.each<[string, Files]>([
  ['another package of this project', `require('vitest'); exports.handler = async () => 1;`],
  ['a client that there is not', `require('@aws-sdk/client-nonsense'); exports.handler = async () => 1;`],
  ['a client that there is not, in a module', { 'index.mjs': `import '@aws-sdk/client-nonsense';` }],
])('%s is not found, and the function fails as it does on AWS', async (_title, files) => {
  const { invoke } = await rig.open(files, { initMs: 60_000 });

  const answer = await invoke();

  expect(payloadOf(answer)).toMatchObject({ errorType: 'Runtime.ImportModuleError' });
});

test("a bundle's own SDK comes before that of the runtime", async () => {
  const { invoke } = await rig.open({
    'index.js': `exports.handler = async () => require('@aws-sdk/client-sqs').own;`,
    'node_modules/@aws-sdk/client-sqs/index.js': `exports.own = 'own';`,
  });

  const answer = await invoke();

  expect(payloadOf(answer)).toBe('own');
});
