/** The three ways from the adapters to AWS for a conformance suite, each on an emulator of its own. */
import type { Call } from '../../lib/aws/call.ts';
import { createSdk, REPLY_COMMANDS, type Sdk, type SdkOptions } from '../../lib/aws/sdk.ts';
import { createEmulator, type VirtualEmulator } from '../../lib/emulator/index.ts';

/** An emulator on virtual time, and the adapters' way to it. */
export interface Door {
  readonly emulator: VirtualEmulator;
  readonly call: Call;
  close(): Promise<void>;
}

export const START = Date.parse('2026-01-01T00:00:00Z');

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** By name: straight on the models, over the real SDK without a socket, and over HTTP. */
export const DOORS: Readonly<Record<string, () => Promise<Door>>> = {
  async 'straight on the models'() {
    const emulator = newEmulator();
    const call = (service: string, operation: string, input: object) =>
      emulator.call(service, operation, { ...input });
    // The models take and give the SDK's shapes: that they do is what the suites show.
    return { emulator, call: call as Call, close: () => emulator.close() };
  },
  async 'over the SDK'() {
    const emulator = newEmulator();
    // The emulator does not import the SDK, so its handler has the handler's shape but not its type.
    const requestHandler = emulator.requestHandler() as NonNullable<SdkOptions['requestHandler']>;
    return overSdk(
      emulator,
      createSdk({ region: 'us-east-1', credentials: CREDENTIALS, requestHandler }, REPLY_COMMANDS),
    );
  },
  async 'over HTTP'() {
    const emulator = newEmulator();
    const { url } = await emulator.listen();
    return overSdk(
      emulator,
      createSdk({ region: 'us-east-1', credentials: CREDENTIALS, endpoint: url }, REPLY_COMMANDS),
    );
  },
};

function newEmulator(): VirtualEmulator {
  return createEmulator({ clock: { virtual: START }, seed: 1 });
}

function overSdk(emulator: VirtualEmulator, sdk: Sdk): Door {
  const close = async (): Promise<void> => {
    sdk.close();
    await emulator.close();
  };
  return { emulator, call: sdk.call, close };
}
