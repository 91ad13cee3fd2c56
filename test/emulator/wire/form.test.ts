/** Lists and maps in forms, where the Query protocol leaves room for doubt. */
import { describe, expect, test } from 'vitest';
import { ask, createStub, createStubRouter, signedFor } from './stub-service.ts';

async function inputOf(form: string): Promise<unknown> {
  const stub = createStub();
  const headers = {
    host: 'emulator:4566',
    authorization: signedFor('sqs'),
    'content-type': 'application/x-www-form-urlencoded',
  };
  await ask(createStubRouter(stub), { headers, body: `Version=2012-11-05&${form}` });
  return stub.calls[0]?.input;
}

describe('a list without items', () => {
  test("is empty where a client sends nothing after the member's own name, as boto3 does", async () => {
    const input = await inputOf('Action=SendMessageBatch&QueueUrl=q&Entries=');

    expect(input).toEqual({ QueueUrl: 'q', Entries: [] });
  });

  test('is absent where nothing is sent', async () => {
    const input = await inputOf('Action=SendMessageBatch&QueueUrl=q');

    expect(input).toEqual({ QueueUrl: 'q' });
  });

  test("does not take the member's own name for that of its items", async () => {
    const input = await inputOf('Action=SendMessageBatch&QueueUrl=q&Entries=a&Entries.1.Id=b');

    expect(input).toEqual({ QueueUrl: 'q' });
  });
});
