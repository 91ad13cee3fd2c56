/** Overdue workflows, through the synthesized template: nobody calls anything, and they end. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { Broker } from '#infra';
import { chain, linkError } from '#lib';
import { type ConnectOptions, connect } from '#lib/aws';
import { createEmulator } from '#lib/emulator';
import { overdueApp, step, TOLD, tell } from './overdue/app.ts';
import { advancePatiently } from './patience.ts';

test('an hour after its client died while it sent it, a workflow has failed and told so', async () => {
  const lines: string[] = [];
  await using emulator = createEmulator({
    // Clients take the machine's time.
    ...{ clock: { virtual: new Date() }, seed: 1 },
    log: (line) => void lines.push(line),
  });
  await emulator.load(synthesized());
  const inner = emulator.requestHandler();
  const options = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  await using client = connect(overdueApp, { ...options, requestHandler: inner });
  /** The plan is stored and the record written when it dies; what starts the workflow is never sent. */
  let left = 2;
  const mortal: NonNullable<ConnectOptions['requestHandler']> = {
    ...inner,
    handle: async (...given: Parameters<typeof inner.handle>) => {
      if (left-- <= 0) throw Object.assign(new Error('it has died'), { name: 'AccessDenied' });
      return inner.handle(...given);
    },
  };
  const dying = connect(overdueApp, { ...options, requestHandler: mortal });
  const id = client.newId();
  const workflow = linkError(chain(step(1), step), tell);

  await expect(dying.send(workflow, { id, deadline: '1m' })).rejects.toThrow();
  const begun = await client.workflow(id).tree();
  await advancePatiently(emulator, 61 * 60_000);

  expect(begun.state).toBe('PENDING');
  const ended = await client.workflow(id).tree();
  expect(ended).toMatchObject({ state: 'FAILURE', error: { code: 'WORKFLOW_OVERDUE' } });
  const told = lines
    .filter((line) => line.includes(TOLD))
    .map((line) => line.slice(line.indexOf(TOLD)).trim());
  expect(told).toEqual([`${TOLD}${id}: overdue`]);
});

function synthesized(): string {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-overdue-'));
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const cdk = new App({ outdir: folder, context });
  const entry = 'test/whole/overdue/worker.ts';
  new Broker(new Stack(cdk, 'Overdue'), 'Broker', { app: overdueApp, entry });
  cdk.synth();
  return folder;
}
