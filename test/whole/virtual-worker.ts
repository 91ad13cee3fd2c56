/**
 * A worker on the emulator's virtual time: inside a function's thread the machine's clock runs, so each
 * invocation asks the emulator what time it is. Time stands still there while a function works.
 */
import type { App } from '#lib';
import { type LambdaContext, type SqsAnswer, type SqsEvent, serve } from '#lib/aws';

/** What an invocation of these functions may take; its own count would be of the machine's time. */
const CONTEXT: LambdaContext = { getRemainingTimeInMillis: () => 10_000 };

/** `serve`, for a function's thread alone: the time of the whole thread is another from now on. */
export function serveVirtually(app: App): (event: SqsEvent) => Promise<SqsAnswer> {
  let now = Date.now();
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given: [] | [number]) {
      if (given.length === 0) super(now);
      else super(...given);
    }
    static override now(): number {
      return now;
    }
    // All that is called of the original is called by its name or with these arguments.
  } as DateConstructor;
  const handle = serve(app);
  return async (event) => {
    const health = await fetch(`${process.env.AWS_ENDPOINT_URL}/_celeriac/health`);
    const answer: unknown = await health.json();
    // The emulator's own page.
    now = RealDate.parse((answer as { readonly now: string }).now);
    return handle(event, CONTEXT);
  };
}
