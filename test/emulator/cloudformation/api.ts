/** The real CloudFormation client on an emulator, and templates for it. */
import { CloudFormationClient, DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import { onTestFinished } from 'vitest';
import { createEmulator, type EmulatorOptions } from '../../../lib/emulator/index.ts';

export const START = '2026-01-01T10:00:00Z';

/** An emulator on virtual time, and a client without a socket. */
export function createWorld(options: Omit<EmulatorOptions, 'clock'> = {}) {
  const emulator = createEmulator({ clock: { virtual: START }, seed: 1, ...options });
  onTestFinished(() => emulator.close());
  const client = new CloudFormationClient({
    region: 'us-east-1',
    credentials: { accessKeyId: '000000000000', secretAccessKey: 'secret' },
    endpoint: 'http://emulator:4566',
    requestHandler: emulator.requestHandler(),
  });
  const events = async (StackName: string): Promise<readonly string[]> => {
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
    return StackEvents.reverse().map(
      ({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`,
    );
  };
  return { emulator, client, events };
}

export function template(resources: object, rest: object = {}): string {
  return JSON.stringify({ Resources: resources, ...rest });
}

export function queue(properties: object = {}, rest: object = {}): object {
  return { Type: 'AWS::SQS::Queue', Properties: properties, ...rest };
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
