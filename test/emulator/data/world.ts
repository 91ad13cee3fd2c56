/** Services with a data folder, and copies of it as a kill would leave them. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '../../../lib/emulator/clock.ts';
import { type Data, type DataOptions, openData } from '../../../lib/emulator/data/data.ts';
import { createDynamodb } from '../../../lib/emulator/dynamodb/dynamodb.ts';
import { createLambda } from '../../../lib/emulator/lambda/lambda.ts';
import type { Caller, Input, Output } from '../../../lib/emulator/service.ts';
import { createSqs } from '../../../lib/emulator/sqs/sqs.ts';

export const caller: Caller = {
  account: '123456789012',
  region: 'eu-west-1',
  endpoint: 'http://127.0.0.1:4566',
};

/** When virtual time starts. */
export const START = Date.parse('2026-01-01T00:00:00Z');

/** Makes a folder that goes with the test. */
export function createFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'celeriac-data-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Every service that keeps something. */
export interface World {
  readonly data: Data;
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly sqs: ReturnType<typeof createSqs>;
  readonly dynamodb: ReturnType<typeof createDynamodb>;
  readonly lambda: ReturnType<typeof createLambda>;
  /** Calls a service, and waits until what it did is kept. */
  call(service: 'sqs' | 'dynamodb' | 'lambda', operation: string, input: Input): Promise<Output>;
  close(): Promise<void>;
}

/** Opens a folder. */
export function open(folder: string, options: Partial<DataOptions> = {}, now = START): World {
  const data = openData({ folder, ...options });
  const clock = createVirtualClock(now);
  const { journal } = data;
  const sqs = createSqs({ clock, journal });
  const dynamodb = createDynamodb({ clock, journal });
  const codeFolder = join(folder, 'code');
  const lambda = createLambda({
    ...{ clock, sqs, streams: dynamodb, journal, codeFolder, endpoint: () => undefined },
  });
  data.attach([...sqs.kept(), ...dynamodb.kept(), ...lambda.kept()], () => clock.now());
  const services = { sqs, dynamodb, lambda };
  return {
    ...{ data, clock, ...services },
    async call(service, operation, input) {
      const output = await services[service].call(operation, input, caller);
      await data.commit();
      return output;
    },
    async close() {
      await lambda.close();
      await data.close();
    },
  };
}

/** A copy of a folder as a killed process would leave it: what is in its files at this moment. */
export function copyOf(folder: string): ReturnType<typeof createFolder> {
  const copy = createFolder();
  cpSync(folder, copy.path, { recursive: true, filter: (path) => path !== join(folder, 'lock') });
  return copy;
}

/** The URL of a queue of the caller. */
export function queueUrl(name: string): string {
  return `http://127.0.0.1:4566/123456789012/${name}`;
}
