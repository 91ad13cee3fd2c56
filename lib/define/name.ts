/**
 * The rules for names: they become parts of AWS names, so length and characters are checked where they are
 * written.
 */
import { APP_NAME_LENGTH_MAX, NAME_LENGTH_MAX, STAGE_NAME_LENGTH_MAX } from '../core/limits.ts';
import type { Problem } from '../errors.ts';

/** Names that would collide with what Celeriac makes beside a queue of yours. */
const RESERVED = [/-dlq$/, /-p\d$/, /^reply-/, /^celeriac-/, /^later$/];

/** What is wrong with the name of a queue, task, exchange or schedule. */
export function nameProblems(place: string, kind: string, name: string): readonly Problem[] {
  const path = `${place}.${name}`;
  const problems: Problem[] = [];
  // A task's name never becomes part of an AWS name, so it may have dots, as Celery's have.
  const pattern = kind === 'task' ? /^[A-Za-z0-9_.-]+$/ : /^[A-Za-z0-9_-]+$/;
  if (typeof name !== 'string' || !pattern.test(name)) {
    const signs = kind === 'task' ? "'-', '_' and '.'" : "'-' and '_'";
    const message = `${kind} '${name}': a name has letters, digits, ${signs} only`;
    problems.push({ code: 'INVALID_NAME', path, message });
  } else if (name.length > NAME_LENGTH_MAX) {
    const message =
      `${kind} '${name}': the name has ${name.length} characters, at most ` +
      `${NAME_LENGTH_MAX} fit into AWS's names`;
    problems.push({ code: 'NAME_TOO_LONG', path, message });
  } else if (kind === 'queue' && RESERVED.some((pattern) => pattern.test(name))) {
    const message =
      `queue '${name}': names that end in '-dlq' or '-p' and a digit, begin with 'reply-' or 'celeriac-', ` +
      `and 'later' are Celeriac's own; choose another`;
    problems.push({ code: 'RESERVED_NAME', path, message });
  }
  return problems;
}

/**
 * What is wrong with the name of an app or a stage; '-' separates the two from a queue's name and is refused.
 */
export function spaceProblems(kind: 'app' | 'stage', name: string): readonly Problem[] {
  const max = kind === 'app' ? APP_NAME_LENGTH_MAX : STAGE_NAME_LENGTH_MAX;
  if (typeof name === 'string' && /^[A-Za-z0-9_]+$/.test(name) && name.length <= max) return [];
  const message =
    `${kind} '${name}': a name has 1 to ${max} letters, digits and '_'; no '-', which ` +
    'separates app, stage and name';
  return [{ code: 'INVALID_NAME', path: kind, message }];
}
