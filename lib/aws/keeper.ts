/**
 * What a child holds while it runs a message: its claim, its key, its place. It renews them itself, unless
 * its task blocks its event loop: then nothing in it can, although parent and message are well. So the parent
 * hears of each, renews them for a child that is silent, and gives them up for one that has died.
 */
import type { Pass } from '../runtime/gated.ts';
import { leaseEnd, PASS_BEAT_MS } from '../runtime/lease.ts';
import type { Clock, Log, State } from '../runtime/ports.ts';
import type { FromChild, Holding } from './pool-protocol.ts';

export interface KeeperPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** undefined where nothing keeps a record: then a child holds nothing. */
  readonly state: Pick<State, 'control' | 'locks' | 'limits'> | undefined;
}

export interface KeeperOptions {
  /** How often a child renews its claim. */
  readonly beatMs: number;
  /** When what it holds lapses in any case. */
  readonly deadline: number;
}

export interface Keeper {
  hear(message: FromChild): void;
  /** Lets others have all of it; the key is kept a while for the message's next attempt. */
  giveUp(): Promise<void>;
  /** What it holds besides its claim, for whoever ends its run in its place. */
  pass(): Pass;
  /** Renews nothing any more. */
  stop(): void;
}

/** How long a run that is over for others is left to end by itself. */
const END_MS = 2_000;
/** A child is silent when it has not renewed for so many of its beats. */
const SILENT_BEATS = 1.5;

type Kept = 'kept' | 'lost' | 'terminate';

interface Refused {
  readonly holding: Holding;
  readonly because: Exclude<Kept, 'kept'>;
}

/** `kill` ends the child, where its run was revoked or has gone to somebody else. */
export function createKeeper(ports: KeeperPorts, options: KeeperOptions, kill: () => void): Keeper {
  return new ChildKeeper(ports, options, kill);
}

class ChildKeeper implements Keeper {
  readonly #ports: KeeperPorts;
  readonly #options: KeeperOptions;
  readonly #kill: () => void;
  readonly #held = new Map<string, Holding & { readonly since: number }>();
  #renewedAt: number;
  #over = false;
  #revoked = false;
  #cancel: () => void;

  constructor(ports: KeeperPorts, options: KeeperOptions, kill: () => void) {
    this.#ports = ports;
    this.#options = options;
    this.#kill = kill;
    this.#renewedAt = ports.clock.now();
    this.#cancel = this.#again();
  }

  hear(message: FromChild): void {
    const now = this.#ports.clock.now();
    this.#renewedAt = now;
    if (message.kind === 'holds') this.#held.set(keyOf(message.holding), { ...message.holding, since: now });
    if (message.kind === 'drops') this.#held.delete(keyOf(message.holding));
  }

  async giveUp(): Promise<void> {
    const given = [...this.#held.values()];
    this.#held.clear();
    const { deadline } = this.#options;
    // What is not given up lapses by itself.
    await Promise.allSettled(given.map((one) => giveUpOne(this.#ports, one, deadline, this.#revoked)));
  }

  pass(): Pass {
    const { clock, state } = this.#ports;
    const of = (what: Holding['what']) => [...this.#held.values()].filter((one) => one.what === what);
    const quietly = async (work: readonly Promise<unknown>[]): Promise<void> => {
      // What is not given up lapses by itself.
      await Promise.allSettled(work);
    };
    return {
      start: async () => undefined,
      beat: async () => true,
      // It speaks for runs that have begun.
      putOff: async () => {},
      park: (seconds, attempts = 1) => {
        const until = clock.now() + seconds * 1_000;
        const keys = of('key').flatMap((one) => (one.what === 'key' ? [one] : []));
        for (const key of keys) this.#held.delete(keyOf(key));
        return quietly(
          keys.map(async ({ name, token, turn }) => state?.locks?.park(name, token, turn + attempts, until)),
        );
      },
      leave: () =>
        quietly([
          ...of('key').map(async ({ name, token }) => state?.locks?.release(name, token)),
          ...of('place').map(async ({ name, token, since }) =>
            state?.limits?.free(name, token, clock.now() - since),
          ),
        ]),
    };
  }

  stop(): void {
    this.#over = true;
    this.#cancel();
  }

  /** A key or a place lapses sooner than a claim, and is renewed more often. */
  get #lookMs(): number {
    return Math.min(this.#options.beatMs, PASS_BEAT_MS);
  }

  #again(): () => void {
    this.#cancel = this.#ports.clock.alarm(this.#lookMs, () => void this.#look());
    return this.#cancel;
  }

  #isSilent(): boolean {
    const isPassing = [...this.#held.values()].some(({ what }) => what !== 'claim');
    const beatMs = isPassing ? this.#lookMs : this.#options.beatMs;
    return this.#ports.clock.now() - this.#renewedAt > SILENT_BEATS * beatMs;
  }

  async #look(): Promise<void> {
    const refused = this.#held.size > 0 && this.#isSilent() ? await this.#renew() : undefined;
    if (this.#over) return;
    if (refused === undefined) this.#again();
    else this.#cancel = this.#ports.clock.alarm(END_MS, () => this.#end(refused));
  }

  /** Renews everything; what was refused, if anything was. */
  async #renew(): Promise<Refused | undefined> {
    const { clock, log } = this.#ports;
    const now = clock.now();
    try {
      const all = [...this.#held.values()];
      const kept = await Promise.all(all.map((one) => renewOne(this.#ports, one, this.#options)));
      this.#renewedAt = Math.max(this.#renewedAt, now);
      return all.flatMap((holding, at): Refused[] => {
        const because = kept[at] ?? 'kept';
        return because === 'kept' ? [] : [{ holding, because }];
      })[0];
    } catch (error) {
      // The next look may get through; leases last for several.
      log({ level: 'warn', message: 'a lease of a child was not renewed', error: String(error) });
      return undefined;
    }
  }

  /** Ends the child for what it has lost, if it has not ended with that by itself meanwhile. */
  #end({ holding, because }: Refused): void {
    if (this.#held.get(keyOf(holding))?.token !== holding.token) {
      this.#again();
      return;
    }
    this.#revoked = because === 'terminate';
    const { what, name } = holding;
    this.#ports.log({ level: 'warn', message: 'a child is ended', what, name, because });
    this.#kill();
  }
}

function keyOf({ what, name }: Holding): string {
  return `${what}#${name}`;
}

async function renewOne(
  { clock, state }: KeeperPorts,
  { what, name, token }: Holding,
  { beatMs, deadline }: KeeperOptions,
): Promise<Kept> {
  const until = leaseEnd(deadline, clock.now(), what === 'claim' ? beatMs : PASS_BEAT_MS);
  switch (what) {
    case 'claim':
      return (await state?.control.extend(name, token, until)) ?? 'kept';
    case 'key':
      return (await state?.locks?.extend(name, token, until)) === false ? 'lost' : 'kept';
    case 'place':
      return (await state?.limits?.extend(name, token, until)) === false ? 'lost' : 'kept';
  }
}

async function giveUpOne(
  { clock, state }: KeeperPorts,
  holding: Holding & { readonly since: number },
  deadline: number,
  isRevoked: boolean,
): Promise<void> {
  const { what, name, token } = holding;
  const now = clock.now();
  switch (what) {
    case 'claim':
      // Another attempt may have it at once; that this one has died shows in the record's counts.
      await state?.control.extend(name, token, now - 1);
      return;
    case 'key':
      if (isRevoked) await state?.locks?.release(name, token);
      // The message comes back at once, and should not find its own key taken, nor somebody else's run.
      else await state?.locks?.park(name, token, holding.turn, leaseEnd(deadline, now, PASS_BEAT_MS));
      return;
    case 'place':
      await state?.limits?.free(name, token, now - holding.since);
      return;
  }
}
