/** Rules on a schedule: each enabled one has a timer for its next time. */
import { ServiceError } from '../error.ts';
import { type Expression, parseExpression } from '../scheduler/expression.ts';
import { nextInvocation } from '../scheduler/expression-next.ts';
import { randomId } from '../sqs/state.ts';
import { toEventTime } from './event.ts';
import { invalidParameter } from './refusal.ts';
import { sendToTargets } from './routing.ts';
import type { Rule, State } from './state.ts';

/** Reads a rule's expression: as Scheduler's, but for one-time ones and crons without a year. */
export function readSchedule(text: string): Expression {
  const [, count, plural] = /^rate\((\d+) (?:minute|hour|day)(s?)\)$/.exec(text) ?? [];
  // A rate of one has no s, all others have one.
  const isRate = count !== undefined && (count === '1') === (plural === '');
  const isCron = /^cron\(\s*(\S+\s+){5}\S+\s*\)$/.test(text);
  if (!isRate && !isCron) throw invalidParameter('ScheduleExpression');
  try {
    return parseExpression(text);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw invalidParameter('ScheduleExpression');
  }
}

/** Sets the rule's timer anew, or takes it away. A rate counts from the time at which it was set. */
export function resetSchedule(state: State, rule: Rule, now: number): void {
  rule.scheduledAt = now;
  setSchedule(state, rule);
}

/** Sets the rule's timer for its next time. */
export function setSchedule(state: State, rule: Rule): void {
  rule.cancel?.();
  rule.cancel = undefined;
  if (rule.schedule === undefined || rule.state === 'DISABLED') return;
  const running = { expression: readSchedule(rule.schedule), createdAt: rule.scheduledAt };
  setNext(state, rule, running, state.options.clock.now());
}

interface Running {
  readonly expression: Expression;
  readonly createdAt: number;
}

function setNext(state: State, rule: Rule, running: Running, after: number): void {
  const time = nextInvocation(running.expression, { createdAt: running.createdAt }, after + 1);
  if (time === undefined) return;
  rule.cancel = state.options.clock.at(time, () => {
    setNext(state, rule, running, time);
    fire(state, rule, time);
  });
}

function fire(state: State, rule: Rule, time: number): void {
  const { account, region } = rule.bus;
  const event = {
    version: '0',
    id: randomId(state.random),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    ...{ account, region, time: toEventTime(time), resources: [rule.arn], detail: {} },
  } as const;
  sendToTargets(state, rule, { event, ingestedAt: time, forwarded: false });
}
