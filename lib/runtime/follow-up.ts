/** What follows from a run's end, once its record says so: its workflow goes on, who waits has a reply. */
import { type Conducted, carryOn } from './conductor.ts';
import type { RunEnd } from './node-end.ts';
import { reply } from './reply.ts';

/** Set by the bundler to `false` where no workflow goes through; see serve.ts. */
declare const CELERIAC_WORKFLOWS: boolean | undefined;

export async function followUp(run: Conducted, ended: RunEnd): Promise<void> {
  if (typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS) await carryOn(run, ended);
  await reply(run, ended);
}
