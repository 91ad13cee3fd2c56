/**
 * Scale-in protection of a task of ECS. A service that shrinks, or is deployed anew, stops whichever of its
 * tasks it likes, and those have two minutes at most to finish (Fargate). So a worker asks ECS to spare its
 * task while it has messages, by the endpoint that the agent of ECS gives every container
 * (task-scale-in-protection-endpoint in ECS's developer guide). What the worker runs does not depend on the
 * answer: without protection everything is as it is without ECS.
 *
 * It looks once a second and asks only when something has changed. How long a task will take nobody knows
 * when it begins, so everything is protected from the first message on; the protection is given up after a
 * while without one, since workers with short tasks would otherwise ask all the time.
 */
import type { Clock, Log } from '../runtime/ports.ts';

export interface TaskProtection {
  /** Gives the protection up, and looks no more. */
  end(): Promise<void>;
}

export interface TaskProtectionPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch: typeof fetch;
}

const PATH = '/task-protection/v1/state';
const LOOK_MS = 1_000;
/** ECS: 1 to 2,880 minutes. A worker that hangs is protected no longer than this. */
const EXPIRES_MINUTES = 20;
/** It is renewed after a quarter of that, so three renewals may fail. */
const RENEW_MS = (EXPIRES_MINUTES * 60_000) / 4;
/** A worker without a message for so long is idle. */
const IDLE_MS = 10_000;
/** How long to wait after a refusal: twice as long each time. */
const AGAIN_MS = 2_000;
const AGAIN_MS_MAX = 60_000;
/** The agent is on the same host, and asks ECS. */
const ANSWER_MS = 5_000;

/** Asks the agent at `agentUri` for as long as `isBusy` says so. */
export function createTaskProtection(
  ports: TaskProtectionPorts,
  agentUri: string,
  isBusy: () => boolean,
): TaskProtection {
  return new Protection(ports, agentUri, isBusy);
}

class Protection implements TaskProtection {
  readonly #ports: TaskProtectionPorts;
  readonly #url: string;
  readonly #isBusy: () => boolean;
  /** When ECS was last asked to spare the task, and did; undefined: it does not. */
  #askedAt: number | undefined;
  #busyAt: number | undefined;
  #againAt = 0;
  #failures = 0;
  #asking: Promise<void> = Promise.resolve();
  #ended = false;
  #cancel = (): void => {};

  constructor(ports: TaskProtectionPorts, agentUri: string, isBusy: () => boolean) {
    this.#ports = ports;
    this.#url = `${agentUri}${PATH}`;
    this.#isBusy = isBusy;
    this.#look();
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#cancel();
    await this.#asking;
    if (this.#askedAt !== undefined) await this.#ask(false);
  }

  #look(): void {
    if (this.#ended) return;
    this.#asking = this.#turn().finally(() => {
      if (!this.#ended) this.#cancel = this.#ports.clock.alarm(LOOK_MS, () => this.#look());
    });
  }

  async #turn(): Promise<void> {
    const now = this.#ports.clock.now();
    if (this.#isBusy()) this.#busyAt = now;
    if (now < this.#againAt) return;
    const isWanted = this.#busyAt !== undefined && now - this.#busyAt < IDLE_MS;
    if (isWanted && (this.#askedAt === undefined || now - this.#askedAt >= RENEW_MS)) await this.#ask(true);
    if (!isWanted && this.#askedAt !== undefined) await this.#ask(false);
  }

  /** Never rejects. */
  async #ask(isWanted: boolean): Promise<void> {
    const { clock, log } = this.#ports;
    const askedAt = clock.now();
    const refusal = await this.#put(isWanted);
    if (refusal === undefined) {
      if (isWanted !== (this.#askedAt !== undefined))
        log({ level: 'info', message: isWanted ? 'protected from scale-in' : 'scale-in may end this task' });
      this.#askedAt = isWanted ? askedAt : undefined;
      this.#failures = 0;
      return;
    }
    // Once in a row is enough to be read.
    if (this.#failures === 0)
      log({ level: 'warn', message: 'scale-in protection was refused', wanted: isWanted, error: refusal });
    this.#againAt = clock.now() + Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** this.#failures);
    this.#failures += 1;
  }

  /** Why ECS did not do it; undefined: it did. */
  async #put(isWanted: boolean): Promise<string | undefined> {
    const body = {
      ProtectionEnabled: isWanted,
      ...(isWanted ? { ExpiresInMinutes: EXPIRES_MINUTES } : {}),
    };
    try {
      const response = await this.#ports.fetch(this.#url, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const text = await response.text();
      return response.ok && isDone(text, isWanted) ? undefined : `${response.status} ${text}`;
    } catch (error) {
      return String(error);
    }
  }
}

/** An answer of 200 may hold a failure, such as TASK_NOT_VALID for a task that belongs to no service. */
function isDone(text: string, isWanted: boolean): boolean {
  const answer: unknown = JSON.parse(text);
  if (typeof answer !== 'object' || answer === null || !('protection' in answer)) return false;
  const { protection } = answer;
  return (
    typeof protection === 'object' &&
    protection !== null &&
    'ProtectionEnabled' in protection &&
    protection.ProtectionEnabled === isWanted
  );
}
