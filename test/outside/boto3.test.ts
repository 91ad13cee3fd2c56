/** Python programs with boto3, old (Query protocol to SQS) and new (JSON), do real work over HTTP. */
import { beforeAll, describe, expect, test } from 'vitest';
import { createEmulator } from '../../lib/emulator/index.ts';
import { startApp } from './app.ts';
import { boto3s, type Checked, type Client, checksOf, runChecks } from './clients.ts';

const START = '2026-01-01T00:00:00Z';

/** Runs a script against emulators that end with it. */
const SCRIPTS: Readonly<
  Record<string, (client: Client, script: string) => Promise<ReadonlyMap<string, Checked>>>
> = {
  'boto3_sqs.py': onEmulators,
  'boto3_dynamodb.py': onEmulators,
  'boto3_lambda.py': onApp,
  'boto3_scheduler.py': onEmulators,
};

describe.each(boto3s())('$name', (client) => {
  describe.each(Object.entries(SCRIPTS))('%s', (script, runScript) => {
    let checked: ReadonlyMap<string, Checked> = new Map();

    beforeAll(async () => {
      if (client.missing === undefined) checked = await runScript(client, script);
    });

    test.for(checksOf(script))('%s', ([, check], { skip }) => {
      skip(client.missing !== undefined, client.missing);
      const result = checked.get(check);
      skip(result?.outcome === 'skipped', result?.text);

      expect(result?.text).toBe('');
      expect(result?.outcome).toBe('passed');
    });
  });
});

/** One on the machine's time, and one on virtual time. */
async function onEmulators(client: Client, script: string): Promise<ReadonlyMap<string, Checked>> {
  await using real = createEmulator();
  await using virtual = createEmulator({ clock: { virtual: START } });
  const doors = await Promise.all([real.listen(), virtual.listen()]);
  return await runChecks(client, script, ...doors.map(({ url }) => url));
}

async function onApp(client: Client, script: string): Promise<ReadonlyMap<string, Checked>> {
  await using app = await startApp();
  return await runChecks(client, script, app.url);
}
