/** What CreateSchedule and UpdateSchedule say about a schedule, checked and read. */
import { ServiceError } from '../error.ts';
import type { Input } from '../service.ts';
import type { Expression } from './expression.ts';
import { parseExpression } from './expression.ts';
import { checkTimezone } from './expression-next.ts';
import { choice, optional, optionalStructure, required, structure, time } from './fields.ts';
import {
  DESCRIPTION_MAX,
  EXPRESSION_MAX,
  KMS_KEY_MAX,
  START_AGE_MAX_MS,
  TIMEZONE_MAX,
  WINDOW_MAX_MINUTES,
} from './limits.ts';
import { constraint, invalid } from './refusal.ts';
import { readTarget, type Target, type TargetContext, within } from './target.ts';

export interface Definition {
  readonly text: string;
  readonly expression: Expression;
  readonly timezone: string;
  readonly startDate: number | undefined;
  readonly endDate: number | undefined;
  readonly enabled: boolean;
  readonly description: string | undefined;
  readonly kmsKeyArn: string | undefined;
  /** MaximumWindowInMinutes; undefined where the window is off. */
  readonly windowMinutes: number | undefined;
  readonly deletes: boolean;
  readonly target: Target;
}

const KMS_KEY = /^arn:aws(-[a-z]+)?:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[0-9a-zA-Z-_]*$/;

/** Reads a definition as a whole: what a request does not say has its default, in an update too. */
export function readDefinition(input: Input, context: TargetContext): Definition {
  const expression = required(input, 'ScheduleExpression', {
    ...{ at: 'scheduleExpression', max: EXPRESSION_MAX },
  });
  const timezone = optional(input, 'ScheduleExpressionTimezone', {
    ...{ at: 'scheduleExpressionTimezone', max: TIMEZONE_MAX },
  });
  const description = optional(input, 'Description', { at: 'description', min: 0, max: DESCRIPTION_MAX });
  const kmsKeyArn = optional(input, 'KmsKeyArn', { at: 'kmsKeyArn', max: KMS_KEY_MAX, pattern: KMS_KEY });
  const state = choice(input, 'State', ['ENABLED', 'DISABLED']) ?? 'ENABLED';
  const action = choice(input, 'ActionAfterCompletion', ['NONE', 'DELETE']) ?? 'NONE';
  const windowMinutes = readWindow(input);
  if (input.Target === undefined || input.Target === null) throw constraint(null, 'target', 'not be null');
  const parsed = readExpression(expression);
  if (timezone !== undefined) checkTimezone(timezone);
  const target = readTarget(structure(input.Target, 'Target'), context);
  return {
    ...{ text: expression, expression: parsed, timezone: timezone ?? 'UTC' },
    ...{ startDate: time(input, 'StartDate'), endDate: time(input, 'EndDate') },
    ...{ enabled: state === 'ENABLED', description, kmsKeyArn, windowMinutes, target },
    deletes: action === 'DELETE',
  };
}

/** The checks that depend on when a definition is given. One-time schedules ignore both dates. */
export function checkDates({ expression, startDate, endDate }: Definition, now: number): void {
  if (expression.kind === 'at' || startDate === undefined) return;
  if (startDate < now - START_AGE_MAX_MS)
    throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.');
  if (endDate !== undefined && startDate >= endDate)
    throw invalid('The StartDate you specify must come before the EndDate.');
}

/** The definition as GetSchedule shows it, and as an update would have to say it again. */
export function showDefinition(definition: Definition): Readonly<Record<string, unknown>> {
  const { description, endDate, kmsKeyArn, startDate, windowMinutes } = definition;
  return {
    ActionAfterCompletion: definition.deletes ? 'DELETE' : 'NONE',
    ...(description !== undefined && { Description: description }),
    ...(endDate !== undefined && { EndDate: new Date(endDate) }),
    FlexibleTimeWindow:
      windowMinutes === undefined
        ? { Mode: 'OFF' }
        : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: windowMinutes },
    ...(kmsKeyArn !== undefined && { KmsKeyArn: kmsKeyArn }),
    ScheduleExpression: definition.text,
    ScheduleExpressionTimezone: definition.timezone,
    ...(startDate !== undefined && { StartDate: new Date(startDate) }),
    State: definition.enabled ? 'ENABLED' : 'DISABLED',
    Target: definition.target.shown,
  };
}

/** The grammar says what is wrong; the service does not. */
function readExpression(text: string): Expression {
  try {
    return parseExpression(text);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw invalid(`Invalid Schedule Expression ${text}.`);
  }
}

function readWindow(input: Input): number | undefined {
  const given = optionalStructure(input, 'FlexibleTimeWindow');
  if (given === undefined) throw constraint(null, 'flexibleTimeWindow', 'not be null');
  const { Mode } = given;
  if (Mode === undefined || Mode === null) throw constraint(null, 'flexibleTimeWindow.mode', 'not be null');
  if (Mode !== 'OFF' && Mode !== 'FLEXIBLE') {
    const rule = 'satisfy enum value set: [OFF, FLEXIBLE]';
    throw constraint(String(Mode), 'flexibleTimeWindow.mode', rule);
  }
  const at = 'flexibleTimeWindow';
  const minutes = within(given, 'MaximumWindowInMinutes', at, 1, WINDOW_MAX_MINUTES);
  const must = (what: string) =>
    invalid(`MaximumWindowInMinutes must ${what} when FlexibleTimeWindowMode is set to ${Mode}.`);
  if (Mode === 'OFF' && minutes !== undefined) throw must('not be provided');
  if (Mode === 'FLEXIBLE' && minutes === undefined) throw must('be provided');
  return minutes;
}
