/**
 * The cdk CLI, as it comes from npm, deploys, updates, hotswaps, diffs and destroys the example against the
 * emulator, through the bootstrapped flow of CDK's default synthesizer.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { flights, tally } from '../../functions/flights.ts';
import { connect } from '../../lib/aws/index.ts';
import { synthesize } from '../../lib/cli/synthesize.ts';
import { createEmulator, type Emulator } from '../../lib/emulator/index.ts';
import { cdk, toVariant } from './cdk.ts';

const STACK = 'Flights-dev';
const FLIGHT = { date: '2001/01/01 06:55', delay: 20, distance: 100, origin: 'LAX', destination: 'BNA' };

/** Sends a task to the deployed app, and waits for what its worker makes of it. */
async function work(endpoint: string): Promise<unknown> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  await using client = connect(flights, { endpoint, region: 'us-east-1', credentials });
  const sent = await client.send(tally([FLIGHT]));
  return sent.get({ timeout: '2m' });
}

async function statusOf(emulator: Emulator): Promise<unknown> {
  const { Stacks } = await emulator.call('cloudformation', 'DescribeStacks', { StackName: STACK });
  return Object([Stacks].flat()[0]).StackStatus;
}

async function setVisibility(emulator: Emulator, VisibilityTimeout: string): Promise<void> {
  const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: 'flights-dev-tallies' });
  await emulator.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { VisibilityTimeout } });
}

async function visibilityOf(emulator: Emulator): Promise<unknown> {
  const { QueueUrl } = await emulator.call('sqs', 'GetQueueUrl', { QueueName: 'flights-dev-tallies' });
  const asked = { QueueUrl, AttributeNames: ['VisibilityTimeout'] };
  const { Attributes } = await emulator.call('sqs', 'GetQueueAttributes', asked);
  return Object(Attributes).VisibilityTimeout;
}

test('the cdk CLI deploys, updates, hotswaps, diffs, finds drift and destroys the example', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-cdk-'));
  const lines: string[] = [];
  const emulator = createEmulator({ log: (line) => lines.push(line) });
  onTestFinished(async () => {
    await emulator.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { url } = await emulator.listen();
  const [first, slower, swapped] = ['first', 'slower', 'swapped'].map((name) => join(folder, name));
  const run = (command: string, ...options: string[]) => cdk(url, folder, command, ...options);
  const deploy = (app = '', ...options: string[]) =>
    run('deploy', '--app', app, '--require-approval', 'never', ...options);
  await synthesize({ project: join(import.meta.dirname, '../..'), output: first ?? '' });
  await toVariant(first ?? '', slower ?? '', STACK, {
    template: (text) => text.replaceAll('"VisibilityTimeout": 30', '"VisibilityTimeout": 77'),
  });
  await toVariant(slower ?? '', swapped ?? '', STACK, { code: (text) => `console.log('swapped');${text}` });

  const created = await deploy(first);
  const result = await work(url);
  const again = await deploy(first);
  const updated = await deploy(slower);
  const visibility = await visibilityOf(emulator);
  const hotswapped = await deploy(swapped, '--hotswap');
  const swappedResult = await work(url);
  const differs = await run('diff', '--app', swapped ?? '');
  const direct = await deploy(swapped, '--method', 'direct');
  const status = await statusOf(emulator);
  const same = await run('diff', '--app', swapped ?? '');
  await setVisibility(emulator, '99');
  const drifted = await run('drift', '--app', swapped ?? '');
  const destroyed = await run('destroy', '--app', swapped ?? '', '--force');

  const all = { created, again, updated, hotswapped, differs, direct, same, drifted, destroyed };
  expect(Object.entries(all).filter(([, { code }]) => code !== 0)).toEqual([]);
  expect(created.output).toContain(`✅  ${STACK}`);
  expect(result).toEqual({ origin: 'LAX', departures: 1, late: 1, totalDelay: 20 });
  expect(again.output).toContain(`✅  ${STACK} (no changes)`);
  expect(updated.output).toContain('UPDATE_COMPLETE');
  expect(visibility).toBe('77');
  expect(hotswapped.output).toContain('hotswapped!');
  expect(swappedResult).toEqual(result);
  expect(lines.filter((line) => line.endsWith('| swapped')).length).toBeGreaterThan(0);
  expect(differs.output).toContain('[~] AWS::Lambda::Function');
  expect(direct.output).toContain('updating stack');
  expect(status).toBe('UPDATE_COMPLETE');
  expect(same.output).toContain('There were no differences');
  // The function's new code is no drift: nobody can read it back. Only the queue was changed.
  expect(drifted.output).toContain('Number of resources with drift: 1');
  expect(drifted.output).toMatch(/VisibilityTimeout[\s\S]*77[\s\S]*99/);
  expect(destroyed.output).toContain(`✅  ${STACK}: destroyed`);
  expect(await emulator.call('sqs', 'ListQueues', {})).toEqual({});
  expect(emulator.services.lambda.functions()).toEqual([]);
});
