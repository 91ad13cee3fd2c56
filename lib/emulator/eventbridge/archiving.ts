/** What archives do with events: keep those that fit, for as long as they were asked to. */

import { DAY_MS } from './limits.ts';
import type { Arrival } from './routing.ts';
import type { Archive, Bus, State } from './state.ts';

/** Keeps an event in every archive of its bus whose pattern it fits. */
export function archive(state: State, bus: Bus, { event, ingestedAt }: Arrival): void {
  for (const each of state.at(bus).archives.values()) {
    if (each.busArn !== bus.arn || each.pattern?.compiled.matches(event) === false) continue;
    const bytes = Buffer.byteLength(JSON.stringify(event));
    const id = (each.events.at(-1)?.id ?? 0) + 1;
    const archived = { id, event, time: Date.parse(event.time), archivedAt: ingestedAt, bytes };
    each.events.push(archived);
    each.bytes += bytes;
    state.keeper?.archived(each, archived);
  }
}

/** Forgets what is older than the archive's retention. */
export function expire(state: State, each: Archive, now: number): void {
  if (each.retentionDays === 0) return;
  const oldest = now - each.retentionDays * DAY_MS;
  // Events come in the order of their archiving.
  let expired = 0;
  while ((each.events[expired]?.archivedAt ?? now) < oldest) expired += 1;
  if (expired === 0) return;
  const old = each.events.slice(0, expired);
  for (const { bytes } of old) each.bytes -= bytes;
  each.events = each.events.slice(expired);
  state.keeper?.forgotten(each, old);
}
