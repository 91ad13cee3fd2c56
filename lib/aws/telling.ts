/** The ports of a pool's child, which tell its parent what a run takes, renews and gives back. */
import { createGate } from '../runtime/gate.ts';
import type { Limits, Locks } from '../runtime/gate-ports.ts';
import type { Ports, Runs, State } from '../runtime/ports.ts';
import type { FromChild } from './pool-protocol.ts';

type Say = (message: FromChild) => void;

/** So that the parent can keep or give up what this child holds when it cannot. */
export function telling(ports: Ports, say: Say): Ports {
  const { runs, state } = ports;
  if (runs === undefined || state === undefined) return ports;
  return { ...ports, runs: tellingRuns(runs, say), state: tellingState({ ...ports, runs }, state, say) };
}

function tellingRuns(runs: Runs, say: Say): Runs {
  const drops = (name: string, token: string): void =>
    say({ kind: 'drops', holding: { what: 'claim', name, token } });
  return {
    ...runs,
    async claim(request, owner, leaseUntil) {
      const outcome = await runs.claim(request, owner, leaseUntil);
      if (outcome.kind === 'claimed')
        say({ kind: 'holds', holding: { what: 'claim', name: request.id, token: owner } });
      return outcome;
    },
    // Afterwards: if this child dies before, the claim is still to be given up.
    async complete(request, owner, ending) {
      const kept = await runs.complete(request, owner, ending);
      drops(request.id, owner);
      return kept;
    },
    async release(request, owner, retries, error) {
      const kept = await runs.release(request, owner, retries, error);
      drops(request.id, owner);
      return kept;
    },
  };
}

function tellingState(
  { clock, chance, log, runs }: Ports & { readonly runs: Runs },
  state: State,
  say: Say,
): State {
  const control: State['control'] = {
    ...state.control,
    async extend(id, owner, leaseUntil) {
      const kept = await state.control.extend(id, owner, leaseUntil);
      say({ kind: 'beaten' });
      return kept;
    },
  };
  if (state.locks === undefined || state.limits === undefined) return { ...state, control };
  const locks = tellingLocks(state.locks, say);
  const limits = tellingLimits(state.limits, say);
  return { ...state, control, locks, limits, gate: createGate({ clock, chance, log, locks, limits, runs }) };
}

function tellingLocks(locks: Locks, say: Say): Locks {
  // Before the call: a parent that renews meanwhile would take back what has just been given to all.
  const drops = (name: string, token: string): void =>
    say({ kind: 'drops', holding: { what: 'key', name, token, turn: 0 } });
  return {
    ...locks,
    async take(request) {
      const outcome = await locks.take(request);
      const { key: name, token, turn } = request;
      if (outcome.kind === 'taken') say({ kind: 'holds', holding: { what: 'key', name, token, turn } });
      return outcome;
    },
    park(key, token, turn, until) {
      drops(key, token);
      return locks.park(key, token, turn, until);
    },
    release(key, token) {
      drops(key, token);
      return locks.release(key, token);
    },
  };
}

function tellingLimits(limits: Limits, say: Say): Limits {
  return {
    ...limits,
    async acquire(request) {
      const outcome = await limits.acquire(request);
      if (outcome.kind === 'taken')
        say({ kind: 'holds', holding: { what: 'place', name: outcome.slot, token: request.token } });
      return outcome;
    },
    free(slot, token, tookMs) {
      say({ kind: 'drops', holding: { what: 'place', name: slot, token } });
      return limits.free(slot, token, tookMs);
    },
  };
}
