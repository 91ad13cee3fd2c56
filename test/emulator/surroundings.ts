/**
 * An emulator on virtual time for the tests of the smaller services, which call the models and the real SDKs.
 */
import { onTestFinished } from 'vitest';
import { createEmulator } from '../../lib/emulator/index.ts';

export const START = '2026-01-01T10:00:00Z';

/** An emulator, and the configuration of a client that reaches it without a socket. */
export function createWorld(account = '111111111111') {
  const emulator = createEmulator({ clock: { virtual: START }, seed: 1 });
  onTestFinished(() => emulator.close());
  const config = {
    region: 'eu-north-1',
    credentials: { accessKeyId: account, secretAccessKey: 'secret' },
    endpoint: 'http://emulator:4566',
    requestHandler: emulator.requestHandler(),
  };
  return { emulator, config };
}

/** What a promise is rejected with, as name and message. */
export async function refusal(promise: Promise<unknown>): Promise<readonly [string, string]> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? [error.name, error.message] : ['', String(error)];
  }
  throw new Error('it was not refused');
}
