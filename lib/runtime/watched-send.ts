/** Telemetry around sends: of clients and tasks, and of a workflow when one of its runs has ended. */
import type { Message } from '../core/message.ts';
import type { App } from '../define/app.ts';
import type { WatchedSend } from '../define/telemetry.ts';

/** Set by the bundler to `false` where nothing watches; see serve.ts. */
declare const CELERIAC_TELEMETRY: boolean | undefined;

type Headers = Readonly<Record<string, string>>;

/** Sends, watched by the app's telemetry; `send` gets the headers with which it lets the message travel. */
export function watchedSend<T>(
  { telemetry }: Pick<App, 'telemetry'>,
  about: WatchedSend,
  send: (headers: Headers) => Promise<T>,
): Promise<T> {
  if (!(typeof CELERIAC_TELEMETRY === 'undefined' || CELERIAC_TELEMETRY)) return send({});
  const around = telemetry.flatMap((one) => one.send ?? []);
  const step = (index: number, headers: Headers): Promise<T> => {
    const next = around[index];
    return next === undefined
      ? send(headers)
      : next(about, (more) => step(index + 1, { ...headers, ...more }));
  };
  return step(0, {});
}

/**
 * By message, the headers that name its run to what follows from that. Steps are sent when the run has ended,
 * from many places and outside of its span, and all of them have its message at hand.
 */
const traces = new WeakMap<Message, Headers>();

/** Keeps the headers that telemetry gives to what follows from a run. */
export function keepTrace(message: Message, headers: Headers | undefined): void {
  if (headers !== undefined) traces.set(message, headers);
}

/** What follows from a message follows from its run; where that was another process's, from its send. */
export function traceOf(message: Message): Headers {
  return traces.get(message) ?? message.headers;
}
