/**
 * Plans as pages. The root page holds the plan's shape; a list of children that is large is cut into ranges,
 * each a page of its own, so that a worker which starts or counts one of 10,000 members reads two pages and
 * not the plan. A page is named by its content: a client that died while it stored a plan, and then stored
 * another one under the same id, cannot have mixed the two, since only the root decides which pages are its.
 */
import { createHash } from 'node:crypto';
import { CeleriacError } from '../../errors.ts';
import { PLAN_PAGE_BYTES_MAX } from '../limits.ts';
import { sizeBytes } from '../message.ts';
import { childrenOf } from './path.ts';
import type { Instead, Plan, TaskPlan } from './plan.ts';
import { SHARD_MEMBERS } from './tally.ts';

/** Children from `from` up to, and without, `to`. */
export interface PageRange {
  readonly from: number;
  readonly to: number;
  readonly page: string;
}

interface StoredList {
  readonly kind: 'chain' | 'group';
  readonly count: number;
  /** The children, where they are few and small … */
  readonly children?: readonly StoredPlan[];
  /** … or where they are. */
  readonly ranges?: readonly PageRange[];
  readonly links?: readonly Plan[];
  readonly errorLinks?: readonly Plan[];
  readonly instead?: Instead;
}

/** A node as a page holds it. */
export type StoredPlan = TaskPlan | StoredList;

/** A plan in pages: the root as text, the others by their names. */
export interface Pages {
  readonly root: string;
  readonly others: ReadonlyMap<string, string>;
}

/**
 * Cuts a plan into pages of at most `bytesMax`.
 * @throws CeleriacError PLAN_TOO_LARGE for a single node, its input and links, that no page holds.
 */
export function toPages(plan: Plan, bytesMax = PLAN_PAGE_BYTES_MAX): Pages {
  const others = new Map<string, string>();
  const root = JSON.stringify(store(plan, bytesMax, others));
  if (sizeBytes(root) > bytesMax) throw tooLarge(root, bytesMax);
  return { root, others };
}

/** Reads a page other than the root. */
export function parsePage(text: string): readonly StoredPlan[] {
  // Only toPages writes pages, and nobody changes them.
  return JSON.parse(text) as readonly StoredPlan[];
}

/** Reads a root page. */
export function parseRoot(text: string): StoredPlan {
  // As above.
  return JSON.parse(text) as StoredPlan;
}

/** How many parts a node has: a chain's steps, a group's members. */
export function sizeOf(node: Plan | StoredPlan): number {
  return 'count' in node ? node.count : childrenOf(node).length;
}

export type Found =
  | { readonly kind: 'here'; readonly node: StoredPlan }
  /** In another page, there at `offset`. */
  | { readonly kind: 'page'; readonly page: string; readonly offset: number }
  | { readonly kind: 'none' };

/** Where a node's child is. */
export function childAt(parent: StoredPlan, index: number): Found {
  if (parent.kind === 'task') return { kind: 'none' };
  const node = parent.children?.[index];
  if (node !== undefined) return { kind: 'here', node };
  const range = parent.ranges?.find(({ from, to }) => from <= index && index < to);
  return range === undefined
    ? { kind: 'none' }
    : { kind: 'page', page: range.page, offset: index - range.from };
}

function store(plan: Plan, bytesMax: number, others: Map<string, string>): StoredPlan {
  if (plan.kind === 'task') return plan;
  const children = childrenOf(plan).map((child) => store(child, bytesMax, others));
  const list = {
    kind: plan.kind,
    count: children.length,
    ...(plan.links === undefined ? {} : { links: plan.links }),
    ...(plan.errorLinks === undefined ? {} : { errorLinks: plan.errorLinks }),
    ...(plan.kind === 'chain' && plan.instead !== undefined ? { instead: plan.instead } : {}),
  };
  const sizes = children.map((child) => sizeBytes(JSON.stringify(child)) + 1);
  const size = sizes.reduce((sum, one) => sum + one, 0);
  // Several such lists, one in another, still fit into one page.
  if (size <= bytesMax / 8 && children.length <= SHARD_MEMBERS) return { ...list, children };
  return { ...list, ranges: toRanges(children, sizes, bytesMax, others) };
}

function toRanges(
  children: readonly StoredPlan[],
  sizes: readonly number[],
  bytesMax: number,
  others: Map<string, string>,
): PageRange[] {
  const ranges: PageRange[] = [];
  let from = 0;
  let bytes = 2;
  const close = (to: number): void => {
    const text = JSON.stringify(children.slice(from, to));
    if (sizeBytes(text) > bytesMax) throw tooLarge(text, bytesMax);
    const page = nameOf(text);
    others.set(page, text);
    ranges.push({ from, to, page });
    from = to;
    bytes = 2;
  };
  for (let index = 0; index < children.length; index++) {
    const size = sizes[index] ?? 0;
    if (index > from && (bytes + size > bytesMax || index - from >= SHARD_MEMBERS)) close(index);
    bytes += size;
  }
  if (from < children.length) close(children.length);
  return ranges;
}

function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function tooLarge(text: string, bytesMax: number): CeleriacError {
  const message =
    `a call of the workflow, with its input and links, has ${sizeBytes(text)} bytes, its plan holds ` +
    `${bytesMax} a page (DynamoDB); store the data and give a reference, or define the queue of its task ` +
    "with largePayloads: 's3', which its input then goes to";
  return new CeleriacError('PLAN_TOO_LARGE', message, { value: sizeBytes(text), allowed: bytesMax });
}
