/** A dashboard as it is deployed: synthesized, loaded into an emulator of its own, and behind its URL. */
import type { BrokerProps } from '#infra';
import { createEmulator, type Emulator } from '#lib/emulator';
import { shop } from './shop.ts';
import { synthesize } from './stack.ts';

export type Asked = Omit<NonNullable<BrokerProps['dashboard']>, 'entry'>;

export const ENTRY = 'test/infra/entry/desk.ts';

/** @param credentials what the emulator knows of secret keys, by their ids */
export async function deploy(
  asked: Asked,
  credentials: Readonly<Record<string, string>> = {},
): Promise<{ readonly emulator: Emulator; readonly url: string }> {
  const { cdk, folder } = synthesize(shop, { dashboard: { entry: ENTRY, ...asked } }, { bundled: true });
  cdk.synth();
  const emulator = createEmulator({ credentials });
  await emulator.listen({ port: 0 });
  await emulator.load(folder);
  const found = emulator.services.lambda.functions().find(({ name }) => name.includes('Dashboard'));
  const { FunctionUrl } = await emulator.call('lambda', 'GetFunctionUrlConfig', {
    FunctionName: found?.name ?? '',
  });
  return { emulator, url: String(FunctionUrl) };
}
