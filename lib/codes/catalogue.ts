/**
 * Every code of an error, once: the type of `code` is made of it, so that an unknown one does not compile,
 * and so are docs/errors.md and `celeriac explain`. Nothing but these two loads it: elsewhere it is imported
 * as a type, so that its texts are in no worker and no client.
 */
import { APP_CODES } from './app.ts';
import { DESK_CODES } from './desk.ts';
import type { CodeText } from './entry.ts';
import { MESSAGING_CODES } from './messaging.ts';
import { RUN_CODES } from './run.ts';
import { SCHEDULE_CODES } from './schedule.ts';
import { SEND_CODES } from './send.ts';
import { WORKFLOW_CODES } from './workflow.ts';

/** By the place where one meets them, in the order of the page. */
export const CODE_SECTIONS = {
  'Defining an app': APP_CODES,
  'Defining exchanges, bindings and queues; routing': MESSAGING_CODES,
  Schedules: SCHEDULE_CODES,
  'Sending and publishing': SEND_CODES,
  'Runs and their results': RUN_CODES,
  Workflows: WORKFLOW_CODES,
  'The command line, the dashboard, a deploy': DESK_CODES,
} as const;

type Sections = typeof CODE_SECTIONS;

/** Every code that an error of Celeriac can have. */
export type ErrorCode = { [Title in keyof Sections]: keyof Sections[Title] }[keyof Sections];

/** What a code means, and what to do; undefined for one that is none of Celeriac's. */
export function textOfCode(code: string): CodeText | undefined {
  return CODES.get(code);
}

const CODES: ReadonlyMap<string, CodeText> = new Map(
  Object.values(CODE_SECTIONS).flatMap((section): [string, CodeText][] => Object.entries(section)),
);
