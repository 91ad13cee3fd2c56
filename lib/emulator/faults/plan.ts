/** A plan of faults as a person writes it: read from JSON, checked as a whole, and made complete. */
import { wrongOperations, wrongService } from './names.ts';

/** What can go wrong between a client and AWS, and inside of it. */
const FAULTS = [
  'error',
  'throttle',
  'latency',
  'loseAnswer',
  'duplicate',
  'reorder',
  'loseDelete',
  'kill',
  'loseFire',
  'doubleFire',
  'delayFire',
] as const;

/** Who makes calls. */
const SOURCES = ['client', 'lambda', 'delivery'] as const;

/** One kind of fault, by its name. */
export type Fault = (typeof FAULTS)[number];

/** One kind of fault: how often, and where and when. What is absent does not limit. */
export interface FaultRule {
  /**
   * `error` and `throttle` refuse a call before it has any effect; `loseAnswer` carries it out and breaks the
   * connection; `latency` holds it back. `duplicate`, `reorder` and `loseDelete` are those of standard queues
   * (a FIFO queue only loses deletes). `kill` ends all environments of a function while it runs. `loseFire`,
   * `doubleFire` and `delayFire` strike fires of EventBridge Scheduler: the target is not invoked, invoked
   * twice, or later than within the minute.
   */
  readonly fault: Fault;
  /** From 0 (never) to 1 (always), drawn for each call, delivery, delete, invocation or fire. */
  readonly rate: number;
  /** `sqs`, `dynamodb`, `lambda`, …: one of those under `/_celeriac/health`. */
  readonly service?: string;
  /** Operations of the API that are served. */
  readonly operation?: string | readonly string[];
  readonly queue?: string;
  readonly table?: string;
  readonly function?: string;
  /** The name of a schedule, as EventBridge Scheduler has it. */
  readonly schedule?: string;
  /**
   * Calls of clients, those that Lambda makes for its mappings, or those by which SNS and EventBridge
   * deliver.
   * @default all of them
   */
  readonly source?: (typeof SOURCES)[number];
  /** A time, or milliseconds from the moment that the plan was set. @default at once */
  readonly from?: string | number;
  /** The same; from then on it does not strike. @default never */
  readonly until?: string | number;
  /** It strikes at most so often. */
  readonly hitsMax?: number;
  /**
   * How long `latency` holds a call back and `delayFire` a fire, and how long after its start `kill` ends a
   * function. @default 0
   */
  readonly ms?: number | readonly [least: number, most: number];
  /** The error of `error` and `throttle`, if not the service's own. */
  readonly code?: string;
  readonly message?: string;
  readonly status?: number;
}

/** What is to go wrong, by chance that a seed decides. */
export interface FaultPlan {
  /** The same seed strikes the same calls, when the calls come in the same order. @default 1 */
  readonly seed?: number;
  readonly faults: readonly FaultRule[];
}

/** What is wrong with a plan, all of it. */
export class FaultPlanError extends Error {
  readonly code = 'FAULT_PLAN_INVALID';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`FAULT_PLAN_INVALID: ${problems.join('; ')}`);
    this.name = 'FaultPlanError';
    this.problems = problems;
  }
}

const CALL_FAULTS: readonly Fault[] = ['error', 'throttle', 'latency', 'loseAnswer'];
const TEXTS = ['service', 'queue', 'table', 'function', 'schedule', 'code', 'message'] as const;
const MEMBERS: ReadonlySet<string> = new Set([
  ...['fault', 'rate', 'operation', 'source', 'from', 'until', 'hitsMax', 'ms', 'status'],
  ...TEXTS,
]);

/** Checks a plan. Throws a FaultPlanError that names everything that is wrong with it. */
export function parseFaultPlan(written: unknown): FaultPlan {
  const problems: string[] = [];
  if (!isObject(written)) throw new FaultPlanError(['a plan is an object with a list `faults`']);
  for (const name of Object.keys(written))
    if (name !== 'seed' && name !== 'faults') problems.push(`there is no '${name}' in a plan`);
  const { faults, seed } = written;
  if (seed !== undefined && !Number.isSafeInteger(seed))
    problems.push(`seed is ${show(seed)}, no whole number`);
  if (!Array.isArray(faults)) problems.push('faults is no list');
  else for (const [index, rule] of faults.entries()) checkRule(rule, `faults[${index}]`, problems);
  if (problems.length > 0) throw new FaultPlanError(problems);
  // Everything that the type says has been looked at.
  return written as unknown as FaultPlan;
}

/** Whether a fault is one of calls, which every service has. */
export function isCallFault(fault: Fault): boolean {
  return CALL_FAULTS.includes(fault);
}

function checkRule(rule: unknown, path: string, problems: string[]): void {
  if (!isObject(rule)) {
    problems.push(`${path} is no object`);
    return;
  }
  const wrong = (name: string, rule: string) => problems.push(`${path}.${name} ${rule}`);
  for (const name of Object.keys(rule)) if (!MEMBERS.has(name)) wrong(name, 'is not known');
  const { fault, rate, source, hitsMax, ms, status } = rule;
  checkNames(rule, wrong);
  if (!FAULTS.some((each) => each === fault))
    wrong('fault', `is ${show(fault)}; there are ${FAULTS.join(', ')}`);
  if (typeof rate !== 'number' || !(rate >= 0 && rate <= 1))
    wrong('rate', `is ${show(rate)}, not from 0 to 1`);
  for (const name of TEXTS)
    if (rule[name] !== undefined && typeof rule[name] !== 'string') wrong(name, 'is no text');
  if (source !== undefined && !SOURCES.some((known) => known === source))
    wrong('source', `is ${show(source)}; there are ${SOURCES.join(', ')}`);
  for (const name of ['from', 'until'] as const)
    if (rule[name] !== undefined && !isTime(rule[name]))
      wrong(name, `is ${show(rule[name])}, which is no time`);
  if (hitsMax !== undefined && !(Number.isSafeInteger(hitsMax) && Number(hitsMax) >= 0))
    wrong('hitsMax', `is ${show(hitsMax)}, no whole number`);
  if (ms !== undefined && !isRange(ms)) wrong('ms', `is ${show(ms)}; it is a number or [least, most]`);
  if (status !== undefined && !(Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599))
    wrong('status', `is ${show(status)}, not from 400 to 599`);
  if (fault === 'latency' && ms === undefined) wrong('ms', 'is missing: how long to hold a call back');
  if (fault === 'delayFire' && ms === undefined) wrong('ms', 'is missing: how late a fire is to be');
}

function checkNames(
  { service, operation }: Readonly<Record<string, unknown>>,
  wrong: (name: string, problem: string) => void,
): void {
  const named = typeof service === 'string' ? service : undefined;
  const noService = named === undefined ? undefined : wrongService(named);
  if (noService !== undefined) wrong('service', noService);
  if (operation === undefined) return;
  const operations: readonly unknown[] = Array.isArray(operation) ? operation : [operation];
  const texts = operations.filter((each) => typeof each === 'string');
  if (texts.length < operations.length) wrong('operation', 'is neither a text nor a list of texts');
  // Operations of a service that there is not are told by the service.
  const noOperation = noService === undefined ? wrongOperations(texts, named) : undefined;
  if (noOperation !== undefined) wrong('operation', noOperation);
}

function isTime(value: unknown): boolean {
  if (typeof value === 'number') return value >= 0;
  return typeof value === 'string' && Number.isFinite(Date.parse(value));
}

function isRange(value: unknown): boolean {
  if (typeof value === 'number') return value >= 0;
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [least, most]: readonly unknown[] = value;
  return typeof least === 'number' && typeof most === 'number' && least >= 0 && most >= least;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'missing';
}
