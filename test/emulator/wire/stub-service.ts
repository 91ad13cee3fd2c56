/** A service for tests of the wire: notes its calls, and answers with what the test gave it. */
import type { Caller, Input, Output, Service } from '../../../lib/emulator/service.ts';
import { createRouter, type Router, type WireRequest } from '../../../lib/emulator/wire/router.ts';

export interface Call {
  readonly operation: string;
  readonly input: Input;
  readonly caller: Caller;
}

export interface Stub {
  readonly service: Service;
  readonly calls: Call[];
  /** What the next calls answer with. */
  answer: (call: Call) => Output | Promise<Output>;
}

export function createStub(): Stub {
  const calls: Call[] = [];
  const stub: Stub = {
    calls,
    answer: () => ({}),
    service: {
      call(operation, input, caller) {
        const call = { operation, input, caller };
        calls.push(call);
        return stub.answer(call);
      },
    },
  };
  return stub;
}

/** A router over one stub that stands for all three services. */
export function createStubRouter(stub: Stub): Router {
  const { service } = stub;
  return createRouter({
    services: { sqs: service, dynamodb: service, lambda: service },
    requestId: () => 'request-1',
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON. */
  json(): unknown;
}

/** Sends a request written by hand. */
export async function ask(
  router: Router,
  request: Partial<Omit<WireRequest, 'body'>> & { body?: string | Uint8Array },
) {
  const { body = '', ...rest } = request;
  const {
    status,
    headers,
    body: bytes,
  } = await router.handle({
    method: 'POST',
    url: '/',
    headers: {},
    ...rest,
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  });
  const text = new TextDecoder().decode(bytes);
  const answer: Answer = { status, headers, text, json: () => JSON.parse(text) };
  return answer;
}

/** A request in AWS JSON; a body that is text goes as it is. */
export function json(target: string, body: unknown) {
  return {
    headers: { host: 'emulator:4566', 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** The Authorization header of a signature for a service. */
export function signedFor(service: string, accessKeyId = 'AKIDEXAMPLE', region = 'eu-north-1'): string {
  const scope = `${accessKeyId}/20260101/${region}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=0123`;
}
