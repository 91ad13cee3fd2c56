/** What stands around the models: the user's hook, the plan of faults, and the wait for the disk. */
import type { Clock } from './clock.ts';
import type { Data } from './data/data.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import type { FaultPlan } from './faults/plan.ts';
import type { OnCall } from './instrument.ts';
import type { SchedulerFaults } from './scheduler/scheduler.ts';
import type { SqsFaults } from './sqs/sqs.ts';
import type { TraceRing } from './trace.ts';

export interface AroundOptions {
  /** As in EmulatorOptions. */
  readonly asked: {
    readonly onCall?: OnCall;
    readonly sqsFaults?: SqsFaults;
    readonly faults?: FaultPlan;
    readonly log?: (line: string) => void;
  };
  readonly data: Data | undefined;
  readonly clock: Clock;
  readonly ring: TraceRing;
  readonly kill: (functionName: string) => void;
  /** Called after each call of CloudFormation, which works in the background too. */
  readonly deployed: () => void;
}

export interface Around {
  readonly onCall: OnCall;
  readonly sqsFaults: SqsFaults;
  readonly schedulerFaults: SchedulerFaults;
  readonly faults: Faults;
  /** What the models tell their trace to. */
  readonly ring: Pick<TraceRing, 'add'>;
}

/** Makes what an emulator was asked to have around its models. Throws a FaultPlanError. */
export function createAround({ asked, data, clock, ring, kill, deployed }: AroundOptions): Around {
  const faults = createFaults({ clock, kill, trace: ring.add, log: asked.log });
  if (asked.faults !== undefined) faults.set(asked.faults);
  return {
    // The disk is innermost: an answer that a fault loses tells of something that was kept.
    onCall: nest([asked.onCall, faults.onCall, data === undefined ? undefined : waitForData(data, deployed)]),
    sqsFaults: either(asked.sqsFaults, faults.sqs),
    schedulerFaults: faults.scheduler,
    faults,
    ring: {
      add(entry) {
        ring.add(entry);
        if (entry.service === 'lambda' && entry.operation === 'invoke')
          faults.invoked(String(entry.function));
      },
    },
  };
}

/** One hook of several, the first of them outermost. It is idle when all of them are. */
function nest(hooks: readonly (OnCall | undefined)[]): OnCall {
  const given = hooks.filter((hook) => hook !== undefined);
  const all: OnCall = (call, proceed) => {
    const through = given.reduceRight<typeof proceed>((inner, hook) => () => hook(call, inner), proceed);
    return through();
  };
  return Object.assign(all, { idle: () => given.every((hook) => hook.idle?.() === true) });
}

/**
 * Holds each answer back until what it tells of is kept: a refusal too, and an answer that only shows what
 * another call has changed. A delivery gets its answer at once: nobody is told of it, and so its end is
 * written with what it has done, all or nothing.
 */
function waitForData(data: Data, deployed: () => void): OnCall {
  return async ({ service, source }, proceed) => {
    if (source === 'delivery') return proceed();
    try {
      return await proceed();
    } finally {
      if (service === 'cloudformation') deployed();
      await data.commit();
    }
  };
}

/** A fault strikes when either plan says so; both are asked, so that each draws as if it were alone. */
function either(first: SqsFaults | undefined, second: SqsFaults): SqsFaults {
  if (first === undefined) return second;
  const one = (name: 'duplicate' | 'loseDelete') => (queue: string, messageId: string) => {
    const struck = first[name]?.(queue, messageId) === true;
    return second[name]?.(queue, messageId) === true || struck;
  };
  return {
    duplicate: one('duplicate'),
    loseDelete: one('loseDelete'),
    reorder(queue) {
      const struck = first.reorder?.(queue) === true;
      return second.reorder?.(queue) === true || struck;
    },
  };
}
