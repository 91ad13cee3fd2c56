/**
 * The ticker's other work: once an hour it removes the reply queues of clients that died, which otherwise
 * wait for somebody to call `celeriac sweep`.
 */
import type { IdSpace } from '../core/id.ts';
import { toWireError } from '../errors.ts';
import { type SweepPorts, sweepReplies } from './sweep.ts';
import type { Ticker } from './ticker.ts';

const MINUTE = 60_000;
const HOUR_MINUTES = 60;

/** A ticker that sweeps after each hour's first tick. */
export function withSweep(ticker: Ticker, ports: SweepPorts, space: IdSpace): Ticker {
  return {
    async tick(nominal) {
      const ticked = await ticker.tick(nominal);
      if (Math.floor(nominal.getTime() / MINUTE) % HOUR_MINUTES === 0) await sweep(ports, space);
      return ticked;
    },
  };
}

/** What cannot be removed now, the next hour removes: no fire waits for it. */
async function sweep(ports: SweepPorts, space: IdSpace): Promise<void> {
  try {
    const { removed } = await sweepReplies(ports, space);
    if (removed.length > 0) ports.log({ level: 'info', message: 'swept', removed });
  } catch (error) {
    ports.log({ level: 'warn', message: 'not swept', error: toWireError(error, 0) });
  }
}
