/**
 * Faults by a plan. Each rule has a chance of its own, seeded by the plan's seed and its place: a rule added
 * at the end strikes none of the others' calls differently. A draw is made for each occasion that a rule
 * fits, so the same occasions in the same order are hit again.
 */
import type { Clock } from '../clock.ts';
import { ServiceError } from '../error.ts';
import type { OnCall, ServiceCall } from '../instrument.ts';
import type { SchedulerFaults } from '../scheduler/scheduler.ts';
import { createRandom } from '../seed.ts';
import type { SqsFaults } from '../sqs/sqs.ts';
import { LostAnswer } from './lost-answer.ts';
import { type Fault, type FaultPlan, type FaultRule, isCallFault, parseFaultPlan } from './plan.ts';

/** A rule, and how often it has struck. */
export interface FaultHits extends FaultRule {
  readonly hits: number;
}

/** The faults of one emulator. */
export interface Faults {
  readonly onCall: OnCall;
  readonly sqs: SqsFaults;
  readonly scheduler: SchedulerFaults;
  /** A function was invoked; it may be the one to be killed. */
  invoked(functionName: string): void;
  /** Checks a plan and puts it in force from now on. Throws a FaultPlanError. */
  set(plan: unknown): void;
  clear(): void;
  /** The plan in force, with the hits of each rule. */
  read(): { readonly seed: number; readonly faults: readonly FaultHits[] } | undefined;
}

export interface FaultsOptions {
  readonly clock: Clock;
  readonly kill: (functionName: string) => void;
  readonly trace: (entry: {
    readonly at: number;
    readonly service: 'faults';
    readonly operation: Fault;
    readonly target: string;
    readonly [detail: string]: unknown;
  }) => void;
  readonly log?: ((line: string) => void) | undefined;
}

interface Rule extends FaultRule {
  readonly index: number;
  readonly random: () => number;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly operations: readonly string[];
  hits: number;
}

/** Something that a rule can strike. */
interface Occasion {
  readonly service: string;
  readonly operation?: string;
  readonly source?: string;
  /** Of calls; faults of queues and functions know only a name. */
  readonly account?: string;
  readonly region?: string;
  readonly queue?: string | undefined;
  readonly table?: string | undefined;
  readonly function?: string | undefined;
  readonly schedule?: string | undefined;
}

/** Makes faults without a plan. */
export function createFaults(options: FaultsOptions): Faults {
  const { clock, kill } = options;
  let seed = 1;
  let rules: readonly Rule[] = [];

  const strikes = (kinds: (fault: Fault) => boolean, occasion: Occasion) =>
    rules.length === 0 ? rules : strike(rules, kinds, occasion, options);
  const queueFault = (fault: Fault) => (queue: string) =>
    strikes((each) => each === fault, { service: 'sqs', queue }).length > 0;
  const struckFires = (fault: Fault, schedule: string) =>
    strikes((each) => each === fault, { service: 'scheduler', schedule });

  const onCall: OnCall = async (call, proceed) => {
    const struck = strikes(isCallFault, toOccasion(call));
    for (const rule of struck) {
      if (rule.fault === 'latency') await clock.sleep(duration(rule), call.caller.signal);
    }
    const refused = struck.find(({ fault }) => fault === 'error' || fault === 'throttle');
    if (refused !== undefined) throw toError(refused, call.service);
    const output = await proceed();
    if (struck.some(({ fault }) => fault === 'loseAnswer')) throw lost(call);
    return output;
  };

  return {
    onCall: Object.assign(onCall, { idle: () => rules.length === 0 }),
    sqs: {
      duplicate: queueFault('duplicate'),
      reorder: queueFault('reorder'),
      loseDelete: queueFault('loseDelete'),
    },
    scheduler: {
      lose: (schedule) => struckFires('loseFire', schedule).length > 0,
      double: (schedule) => struckFires('doubleFire', schedule).length > 0,
      delayMs: (schedule) =>
        struckFires('delayFire', schedule).reduce((sum, rule) => sum + duration(rule), 0),
    },
    invoked(functionName) {
      if (rules.length === 0) return;
      const occasion = { service: 'lambda', operation: 'Invoke', function: functionName };
      for (const rule of strikes((fault) => fault === 'kill', occasion)) {
        const ms = duration(rule);
        // Virtual time stands still while a function works, so "at once" cannot be a time of the clock.
        if (ms === 0) setImmediate(() => kill(functionName));
        else clock.at(clock.now() + ms, () => kill(functionName));
      }
    },
    set(plan) {
      const checked = parseFaultPlan(plan);
      seed = checked.seed ?? 1;
      rules = toRules(checked, seed, clock.now());
    },
    clear() {
      rules = [];
    },
    read: () =>
      rules.length === 0
        ? undefined
        : {
            seed,
            faults: rules.map(
              ({ index: _i, random: _r, startsAt: _s, endsAt: _e, operations: _o, ...rule }) => rule,
            ),
          },
  };
}

/** The rules of a kind that strike an occasion; each hit is told. */
function strike(
  rules: readonly Rule[],
  kinds: (fault: Fault) => boolean,
  occasion: Occasion,
  { clock, log, trace }: FaultsOptions,
): readonly Rule[] {
  const now = clock.now();
  const struck = rules.filter((rule) => {
    const open = now >= rule.startsAt && now < rule.endsAt;
    if (!open || !kinds(rule.fault) || !fits(rule, occasion)) return false;
    // Drawn before the number of hits is looked at, so that a limit does not shift later draws.
    const drawn = rule.random() < rule.rate;
    return drawn && rule.hits < (rule.hitsMax ?? Number.POSITIVE_INFINITY);
  });
  const { service: of, operation: call, source, account, region } = occasion;
  const { function: fn, queue, schedule, table } = occasion;
  const target = queue ?? table ?? fn ?? schedule ?? of;
  for (const rule of struck) {
    rule.hits += 1;
    const { fault, index } = rule;
    const details = {
      of,
      ...(call === undefined ? {} : { call }),
      ...(source === undefined ? {} : { source }),
      ...(account === undefined ? {} : { account, region }),
    };
    trace({ at: now, service: 'faults', operation: fault, target, rule: index, ...details });
    const words = [of, call, target === of ? undefined : target];
    log?.(`fault: ${fault} | ${words.filter((each) => each !== undefined).join(' ')}`);
  }
  return struck;
}

function toRules(plan: FaultPlan, seed: number, now: number): readonly Rule[] {
  const time = (value: string | number) => (typeof value === 'number' ? now + value : Date.parse(value));
  return plan.faults.map((rule, index) => ({
    ...rule,
    index,
    random: createRandom(Math.imul(seed, 0x9e3779b1) + Math.imul(index + 1, 0x85ebca6b)),
    startsAt: rule.from === undefined ? Number.NEGATIVE_INFINITY : time(rule.from),
    endsAt: rule.until === undefined ? Number.POSITIVE_INFINITY : time(rule.until),
    operations: typeof rule.operation === 'string' ? [rule.operation] : (rule.operation ?? []),
    hits: 0,
  }));
}

function fits(rule: Rule, occasion: Occasion): boolean {
  const { operations } = rule;
  return (
    (rule.service === undefined || rule.service === occasion.service) &&
    // Those of queues, functions and schedules strike no call of the API: an operation does not limit them.
    (operations.length === 0 || !isCallFault(rule.fault) || operations.includes(occasion.operation ?? '')) &&
    (rule.source === undefined || occasion.source === undefined || rule.source === occasion.source) &&
    (rule.queue === undefined || rule.queue === occasion.queue) &&
    (rule.table === undefined || rule.table === occasion.table) &&
    (rule.function === undefined || rule.function === occasion.function) &&
    (rule.schedule === undefined || rule.schedule === occasion.schedule)
  );
}

function toOccasion({ service, operation, source, input, caller }: ServiceCall): Occasion {
  const { account, region } = caller;
  return {
    ...{ service, operation, source, account, region },
    queue: service === 'sqs' ? (lastOf(input.QueueUrl, '/') ?? textOf(input.QueueName)) : undefined,
    table: service === 'dynamodb' ? lastOf(input.TableName, '/') : undefined,
    function: service === 'lambda' ? lastOf(input.FunctionName, ':') : undefined,
    schedule: service === 'scheduler' ? textOf(input.Name) : undefined,
  };
}

function lastOf(value: unknown, separator: string): string | undefined {
  return textOf(value)?.split(separator).at(-1);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function duration({ ms = 0, random }: Rule): number {
  if (typeof ms === 'number') return ms;
  const [least, most] = ms;
  return Math.round(least + random() * (most - least));
}

/** How each service says that it is overrun; SDKs retry all of them. */
const THROTTLES: Readonly<Record<string, readonly [code: string, status: number, message: string]>> = {
  sqs: ['RequestThrottled', 403, 'The request was denied due to request throttling.'],
  dynamodb: ['ThrottlingException', 400, 'Rate of requests exceeds the allowed throughput.'],
  lambda: ['TooManyRequestsException', 429, 'Rate Exceeded.'],
  scheduler: ['ThrottlingException', 429, 'Rate exceeded'],
  sns: ['ThrottledException', 429, 'Rate exceeded'],
  s3: ['SlowDown', 503, 'Please reduce your request rate.'],
};

/** How each service says that it failed, where it has a word of its own. */
const FAILURES: Readonly<Record<string, string>> = {
  dynamodb: 'InternalServerError',
  lambda: 'ServiceException',
  scheduler: 'InternalServerException',
  sns: 'InternalErrorException',
  eventbridge: 'InternalException',
  s3: 'InternalError',
  ssm: 'InternalServerError',
  secretsmanager: 'InternalServiceError',
};

function toError(rule: Rule, service: string): ServiceError {
  const isThrottle = rule.fault === 'throttle';
  const [code, status, message] = isThrottle
    ? (THROTTLES[service] ?? ['ThrottlingException', 400, 'Rate exceeded'])
    : [FAILURES[service] ?? 'InternalFailure', 500, 'The request failed, as the plan of faults wants it.'];
  return new ServiceError(rule.code ?? code, rule.message ?? message, {
    status: rule.status ?? status,
    fault: (rule.status ?? status) >= 500 ? 'receiver' : 'sender',
  });
}

function lost({ service, operation }: ServiceCall): LostAnswer {
  return new LostAnswer(`the answer of ${service} ${operation} was lost, as the plan of faults wants it`);
}
