/**
 * The options of a schedule, read and checked: for definitions and for schedules that are added at run
 * time.
 */
import { isDuration, toMilliseconds } from '../core/duration.ts';
import { type Json, jsonProblem } from '../core/json.ts';
import { FIRE_PERIOD_MS_MIN, INSTANCES_MAX, JITTER_MS_MAX, SCHEDULE_BYTES_MAX } from '../core/limits.ts';
import { sizeBytes } from '../core/message.ts';
import { COALESCE } from '../core/schedule/misfire.ts';
import { nextFire, type ScheduledCall, type ScheduleSpec } from '../core/schedule/spec.ts';
import { at } from '../core/trigger/date.ts';
import { readWindow } from '../core/trigger/instant.ts';
import type { Trigger } from '../core/trigger/trigger.ts';
import { parseTrigger } from '../core/trigger/trigger-data.ts';
import { zoneOf } from '../core/trigger/zone.ts';
import type { Problem } from '../errors.ts';
import { fireProblems, type Say } from './call-problems.ts';
import { nameProblems } from './name.ts';
import { caught } from './problem.ts';
import { fromPublishOptions } from './publication.ts';
import type { ScheduleAction, ScheduleOptions } from './schedule.ts';
import { readWorkflow } from './schedule-workflow.ts';
import type { ScheduleChanges } from './schedules-client.ts';
import type { TaskSignature as Signature } from './signature.ts';
import { toTimeLimits } from './task-limits.ts';

/** Reads a schedule's options; what is wrong is a problem, and its part of the spec is then its default. */
export function readSchedule(
  path: string,
  name: string,
  options: ScheduleOptions,
): { readonly spec: ScheduleSpec; readonly problems: readonly Problem[] } {
  const { coalesce = 'latest', maxInstances, misfireGrace, jitter } = options;
  const problems: Problem[] = [...nameProblems('schedules', 'schedule', name)];
  const say = sayInto(problems, path, name);
  const trigger = readTrigger(`${path}.trigger`, options.trigger, problems);
  const call = readCall(options, say);
  checkMember(options, say);
  const graceMs = misfireGrace === undefined ? undefined : durationOf(misfireGrace);
  if (misfireGrace !== undefined && !((graceMs ?? 0) >= 1_000))
    say('.misfireGrace', 'INVALID_MISFIRE_GRACE', `misfireGrace is '${misfireGrace}'; give '1s' or more`);
  const jitterMs = jitter === undefined ? 0 : durationOf(jitter);
  if (jitterMs === undefined || jitterMs > JITTER_MS_MAX)
    say('.jitter', 'INVALID_JITTER', `jitter is '${jitter}'; give a duration of at most '1d'`);
  const spec: ScheduleSpec = Object.freeze({
    trigger: trigger ?? NEVER,
    call: Object.freeze(call ?? { kind: 'send', task: '' }),
    ...(graceMs === undefined ? {} : { misfireGraceMs: graceMs }),
    coalesce,
    ...(maxInstances === undefined ? {} : { maxInstances }),
    jitterMs: jitterMs ?? 0,
    ...readBounds(path, options, problems),
  });
  if (problems.length === 0) checkFires(spec, say);
  return { spec, problems };
}

function sayInto(problems: Problem[], path: string, name: string): Say {
  return (member, code, text) => {
    problems.push({ code, path: `${path}${member}`, message: `schedule '${name}': ${text}` });
    return undefined;
  };
}

/** Stands in for a trigger that is none; a problem is reported. */
const NEVER = at('1970-01-01T00:00:00Z');

function durationOf(text: string): number | undefined {
  return isDuration(text) ? toMilliseconds(text) : undefined;
}

function readTrigger(path: string, given: unknown, problems: Problem[]): Trigger | undefined {
  // What `cron` and the others made is checked once more: a caller without types may give anything.
  const wrong = caught(path, () => void parseTrigger(given));
  problems.push(...wrong);
  // It has just been parsed; the value that was given keeps what has been compiled of it.
  return wrong.length > 0 ? undefined : (given as Trigger);
}

function readCall({ send, deadline, publish }: ScheduleAction, say: Say): ScheduledCall | undefined {
  if ((send === undefined) === (publish === undefined))
    return say('', 'INVALID_SCHEDULE', 'give one of send and publish');
  // In JavaScript the task itself, without its call, is an easy slip.
  const kind: unknown = Object(send ?? publish).kind;
  if (send !== undefined && kind !== 'signature' && kind !== 'workflow')
    return say('.send', 'INVALID_SCHEDULE', 'send is no call; give task(input), or a workflow of such calls');
  if (publish !== undefined && kind !== 'publish')
    return say(
      '.publish',
      'INVALID_SCHEDULE',
      'publish is none; give describePublish(exchange, key, message)',
    );
  if (publish !== undefined) {
    const problem = jsonProblem(publish.message, 'message');
    if (problem !== undefined)
      return say('.publish', 'MESSAGE_NOT_JSON', `${problem.path} is ${problem.found}; publish plain data`);
    return {
      kind: 'publish',
      exchange: publish.exchange?.name ?? '',
      key: publish.key,
      // `jsonProblem` has just found nothing else in it.
      message: publish.message as Json,
      options: fromPublishOptions(publish.options),
    };
  }
  if (send.kind === 'workflow') return readWorkflow(send, deadline, say);
  if (deadline !== undefined)
    say(
      '.deadline',
      'DEADLINE_WITHOUT_WORKFLOW',
      'it has a deadline and sends no workflow; a task has expires and timeLimit',
    );
  const { task, input, options } = send;
  const problem = input === undefined ? undefined : jsonProblem(input);
  if (problem !== undefined)
    return say('.send', 'INPUT_NOT_JSON', `${problem.path} is ${problem.found}; send plain data`);
  const [wrong] = fireProblems(options);
  if (wrong !== undefined) return say('.send', wrong.code, wrong.text);
  const [delayMs, expiresMs] = [options.delay, options.expires].map((text) => durationOf(text ?? ''));
  return {
    kind: 'send',
    task,
    // `jsonProblem` has just found nothing else in it.
    ...(input === undefined ? {} : { input: input as Json }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(expiresMs === undefined ? {} : { expiresMs }),
    ...(options.group === undefined ? {} : { group: options.group }),
    ...(options.headers === undefined ? {} : { headers: options.headers }),
    ...(options.timeLimit === undefined ? {} : { timeLimit: toTimeLimits(options.timeLimit) }),
    ...(options.priority === undefined || options.priority === 0 ? {} : { priority: options.priority }),
    ...(options.force === true ? { force: true } : {}),
    ...(options.ignoreResult === true ? { ignoreResult: true } : {}),
  };
}

function checkMember({ coalesce = 'latest', maxInstances, publish }: ScheduleOptions, say: Say): void {
  if (!COALESCE.includes(coalesce))
    say('.coalesce', 'INVALID_COALESCE', `coalesce is '${coalesce}'; allowed are ${COALESCE.join(', ')}`);
  if (maxInstances === undefined) return;
  if (!Number.isInteger(maxInstances) || maxInstances < 1 || maxInstances > INSTANCES_MAX)
    say(
      '.maxInstances',
      'INVALID_MAX_INSTANCES',
      `maxInstances is ${maxInstances}; give a whole number of 1 to ${INSTANCES_MAX}`,
    );
  if (publish !== undefined)
    say(
      '.maxInstances',
      'MAX_INSTANCES_WITHOUT_TASK',
      'nobody knows when all that a published message sets off has ended; send a task, or drop maxInstances',
    );
}

function readBounds(
  path: string,
  { start, end, timezone }: ScheduleOptions,
  problems: Problem[],
): { readonly startMs?: number; readonly endMs?: number } {
  let bounds: { readonly start?: string; readonly end?: string } = {};
  const read = (): void => {
    bounds = readWindow({ start, end }, timezone === undefined ? undefined : zoneOf(timezone));
  };
  problems.push(...caught(path, read));
  return {
    ...(bounds.start === undefined ? {} : { startMs: Date.parse(bounds.start) }),
    ...(bounds.end === undefined ? {} : { endMs: Date.parse(bounds.end) }),
  };
}

/** How many fires are looked at for one that follows another too closely. */
const LOOKED_AT = 60;

/** Some fire at all, and none within a second of another: SQS delays by whole seconds. */
function checkFires(spec: ScheduleSpec, say: Say): void {
  let fire = nextFire(spec, 0);
  if (fire === undefined) {
    say('.trigger', 'SCHEDULE_NEVER_FIRES', 'it never fires; look at its trigger, start and end');
    return;
  }
  for (let count = 0; count < LOOKED_AT && fire !== undefined; count++) {
    const next: number | undefined = nextFire(spec, fire + 1);
    if (next !== undefined && next - fire < FIRE_PERIOD_MS_MIN) {
      say(
        '.trigger',
        'TRIGGER_TOO_FINE',
        `it fires ${next - fire} ms after another fire, at least 1 s apart`,
      );
      return;
    }
    fire = next;
  }
}

/** What changes say a schedule shall do; undefined: what it did. */
export function actionOf(changes: ScheduleChanges): ScheduleAction | undefined {
  const { deadline } = changes;
  if (changes.send !== undefined)
    return { send: changes.send, ...(deadline === undefined ? {} : { deadline }) };
  return changes.publish === undefined ? undefined : { publish: changes.publish };
}

/** A schedule with some of it changed; null takes an option back to its default. */
export function readChanges(
  name: string,
  before: ScheduleSpec,
  changes: ScheduleChanges,
): { readonly spec: ScheduleSpec; readonly problems: readonly Problem[] } {
  const given = Object.entries(changes).filter(([, value]) => value !== null && value !== undefined);
  const action = actionOf(changes) ?? { send: KEPT };
  // Only members that ScheduleOptions has, with its types, are left; `readSchedule` checks them all.
  const options = { trigger: before.trigger, ...Object.fromEntries(given), ...action } as ScheduleOptions;
  const { spec: read, problems: wrong } = readSchedule(`schedules.${name}`, name, options);
  const has = (member: keyof ScheduleChanges): boolean => changes[member] !== undefined;
  const spec: ScheduleSpec = Object.freeze({
    trigger: read.trigger,
    call: actionOf(changes) === undefined ? before.call : read.call,
    coalesce: has('coalesce') ? read.coalesce : before.coalesce,
    jitterMs: has('jitter') ? read.jitterMs : before.jitterMs,
    ...pick('misfireGraceMs', has('misfireGrace') ? read : before),
    ...pick('maxInstances', has('maxInstances') ? read : before),
    ...pick('startMs', has('start') ? read : before),
    ...pick('endMs', has('end') ? read : before),
  });
  const problems = [...wrong, ...recordProblems(name, spec)];
  // What is new was looked at by itself; it may still lie outside of what was kept.
  if (problems.length === 0) checkFires(spec, sayInto(problems, `schedules.${name}`, name));
  if (spec.maxInstances === undefined || spec.call.kind !== 'publish') return { spec, problems };
  const message = `schedule '${name}': maxInstances is for what is sent, and it publishes; give null for it`;
  const path = `schedules.${name}.maxInstances`;
  return { spec, problems: [...problems, { code: 'MAX_INSTANCES_WITHOUT_TASK', path, message }] };
}

/** Stands for a call that is not changed. */
const KEPT: Signature = Object.freeze({ kind: 'signature', task: '', input: undefined, options: {} });

function pick<Name extends keyof ScheduleSpec>(
  name: Name,
  from: ScheduleSpec,
): Partial<Pick<ScheduleSpec, Name>> {
  // A member of a spec under its own name is a part of a spec.
  return from[name] === undefined ? {} : ({ [name]: from[name] } as Partial<Pick<ScheduleSpec, Name>>);
}

/** What is wrong with a schedule that is to be kept in the record. */
export function recordProblems(name: string, spec: ScheduleSpec): readonly Problem[] {
  const bytes = sizeBytes(JSON.stringify(spec));
  if (bytes <= SCHEDULE_BYTES_MAX) return [];
  const message =
    `schedule '${name}' has ${bytes} bytes with what it sends, its record holds ${SCHEDULE_BYTES_MAX} ` +
    '(DynamoDB); send a reference to the data, or a task that sends the rest';
  return [{ code: 'SCHEDULE_TOO_LARGE', path: `schedules.${name}`, message }];
}
