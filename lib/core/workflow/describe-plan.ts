/** Plans in words, for lists and drawings: what is called, in which order, and how often. */
import { childrenOf } from './path.ts';
import type { Plan } from './plan.ts';

/** Parts that are named; of more, how many there are. */
const PARTS_MAX = 5;
/** Levels that are shown; what is below is cut. */
const LEVELS_MAX = 4;

/** A workflow in one line: 'charge → ship', '40 × price → sum'. Links are left out. */
export function describePlan(plan: Plan, levels = LEVELS_MAX): string {
  if (plan.kind === 'task') return plan.each === true ? times(lengthOf(plan.input), plan.task) : plan.task;
  if (levels === 0) return '…';
  const parts = childrenOf(plan);
  const texts = parts.slice(0, PARTS_MAX).map((part) => partOf(part, levels - 1));
  if (plan.kind === 'chain') return [...texts, ...(parts.length > PARTS_MAX ? ['…'] : [])].join(' → ');
  const [first] = texts;
  if (first === undefined) return 'nothing';
  // Of thousands of members the first few are looked at.
  const isAlike = new Set(texts).size === 1 && parts.slice(PARTS_MAX).every((part) => isLike(parts[0], part));
  if (isAlike) return times(parts.length, first);
  const more = parts.length - PARTS_MAX;
  return [...texts, ...(more > 0 ? [`${more} more`] : [])].join(' + ');
}

/** The tasks with which a workflow begins. */
export function firstTasks(plan: Plan): readonly string[] {
  switch (plan.kind) {
    case 'task':
      return [plan.task];
    case 'chain':
      return plan.steps.slice(0, 1).flatMap(firstTasks);
    case 'group':
      return plan.members.flatMap(firstTasks);
  }
}

function partOf(part: Plan, levels: number): string {
  const text = describePlan(part, levels);
  return / [→+] /.test(text) ? `(${text})` : text;
}

function isLike(one: Plan | undefined, other: Plan): boolean {
  if (one?.kind !== 'task' || other.kind !== 'task' || one.task !== other.task) return false;
  return one.each === other.each && (one.each !== true || lengthOf(one.input) === lengthOf(other.input));
}

function times(count: number, text: string): string {
  return count === 1 ? text : `${count} × ${text}`;
}

function lengthOf(input: unknown): number {
  return Array.isArray(input) ? input.length : 0;
}
