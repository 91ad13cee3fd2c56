/** `celeriac worker` in a task of ECS, whose agent grants protection from scale-in, or refuses it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '#lib';
import { connect } from '#lib/aws';
import { createEmulator, type Emulator } from '#lib/emulator';
import { app, block } from './killed/busy.ts';
import { addressOf, provisionBySdk } from './provisioned.ts';
import { endWorkerProcess, startWorkerProcess } from './worker-process.ts';

const ENTRY = join(import.meta.dirname, 'killed/busy.ts');

let emulator: Emulator;
let url: string;
let client: Client;
let agent: Server;
let asked: unknown[];
let program: ChildProcess | undefined;

beforeEach(async () => {
  emulator = createEmulator();
  ({ url } = await emulator.listen());
  await provisionBySdk(app, addressOf(url));
  client = connect(app, addressOf(url));
});

afterEach(async () => {
  program?.kill('SIGKILL');
  await client.close();
  await emulator.close();
  agent.close();
});

/** Starts an agent of ECS; resolves to its address. */
async function startAgent(status: number): Promise<string> {
  asked = [];
  agent = createServer(async (request, response) => {
    const wanted = JSON.parse(await text(request));
    asked.push([`${request.method} ${request.url}`, wanted]);
    const granted = { protection: { ...wanted, TaskArn: 'arn' } };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? granted : { error: { Code: 'ServerException' } }));
  }).listen(0, '127.0.0.1');
  await once(agent, 'listening');
  // It listens on a port, not on a pipe.
  return `http://127.0.0.1:${(agent.address() as AddressInfo).port}/api`;
}

test.each([200, 500])('a task runs, protected where the agent grants it: status %d', async (status) => {
  const place = { entry: ENTRY, url, env: { ECS_AGENT_URI: await startAgent(status) } };
  const worker = await startWorkerProcess(place, ['--pool', 'threads', '--concurrency', '1'], (child) => {
    program = child;
  });
  const result = await (await client.send(block(2_500))).get({ timeout: '2m' });
  const code = await endWorkerProcess(worker, 'SIGTERM');

  const path = 'PUT /api/task-protection/v1/state';
  expect([result, code]).toEqual(['unblocked', 0]);
  expect(asked[0]).toEqual([path, { ProtectionEnabled: true, ExpiresInMinutes: 20 }]);
  if (status === 200) expect(asked).toHaveLength(2);
  expect(asked.at(-1)).toEqual(status === 200 ? [path, { ProtectionEnabled: false }] : asked[0]);
  expect(worker.said().includes('scale-in protection was refused')).toBe(status === 500);
});
