/**
 * Carries workflows on. Whoever ends a run for good has written its record first; then what follows is done
 * here, each step of it under ids and counts that take effect once: a worker that dies in between leaves a
 * message that comes again, finds its run ended, and does all of it again.
 */
import { DEFERRED_MS_MAX } from '../core/limits.ts';
import { isFinal } from '../core/task-state.ts';
import { advance, type Next, type NodeEnd } from '../core/workflow/advance.ts';
import { ADDED, comparePaths, parentOf, pathOf } from '../core/workflow/path.ts';
import type { Instead } from '../core/workflow/plan.ts';
import { isRevoked } from '../core/workflow/stop.ts';
import {
  firstFailed,
  isFull,
  membersIn,
  openAdded,
  plannedAtTop,
  shardOf,
  shardsOf,
  type Tally,
  topOf,
} from '../core/workflow/tally.ts';
import { toWireError, type WireError } from '../errors.ts';
import { startAdded, startedBy } from './added.ts';
import type { Recorded } from './attempt.ts';
import { type Ended, endingOf, errorOf, failureOf, type RunEnd, toBefore, toEnded } from './node-end.ts';
import { DONE, type Outcome } from './outcome.ts';
import { endReplaced, wantedBy } from './replaced.ts';
import { traceOf } from './watched-send.ts';
import type { PlanNode } from './workflow-node.ts';
import { type Before, type OpenWorkflow, startMembers, startNode, workflowOf } from './workflow-start.ts';

/** A run that has ended, as far as workflows look at it. */
export type Conducted = Pick<Recorded, 'connection' | 'message' | 'lease'>;

const EMPTY: Ended = { end: { state: 'SUCCESS' }, known: { text: '[]' } };

/** Does what follows in a run's workflow from its end; nothing for a run that is in none. */
export async function carryOn(run: Conducted, ended: RunEnd): Promise<void> {
  const { workflow: place } = run.message;
  const workflow = ofRun(run);
  if (place === undefined || workflow === undefined) return;
  if (place.start !== undefined)
    return failWorkflow(workflow, ended.reason ?? 'failed', errorOf(run.message, ended));
  const own = toEnded(run.message, place.path, ended);
  const around = parentOf(place.path);
  if (around === undefined || place.of === undefined || place.linked === true)
    return follow(workflow, place.path, own);
  await count(workflow, around.path, around.place.index, place.of, own);
}

/** Starts what a message of the task WORKFLOW_START says. */
export async function conduct(recorded: Recorded): Promise<Outcome> {
  const { workflow: place, input } = recorded.message;
  const workflow = ofRun(recorded);
  if (place === undefined || workflow === undefined || (await isOver(workflow, place.path))) return DONE;
  const before: Before =
    place.from !== undefined
      ? { kind: 'result', path: place.from }
      : input === undefined
        ? { kind: 'none' }
        : { kind: 'value', value: input };
  const empty =
    place.start === undefined || place.start === true
      ? await startNode(workflow, place.path, before)
      : await startMembers(workflow, place.path, place.start, before);
  await followEmpty(workflow, empty);
  return DONE;
}

/**
 * Ends a workflow as failed, whatever of it is under way, and starts its error links. Until those are sent it
 * is still found among those under way.
 */
export async function failWorkflow(workflow: OpenWorkflow, reason: string, error: WireError): Promise<void> {
  const now = workflow.connection.ports.clock.now();
  const { state } = await workflow.store.end(workflow.id, { state: 'FAILURE', reason, error }, now, true);
  if (state === undefined || !isFinal(state)) return;
  if (state === 'FAILURE') {
    const root = await workflow.nodeAt(workflow.id, '');
    const failure = { id: workflow.id, task: '', reason, error };
    for (const index of (root?.errorLinks ?? []).keys())
      await start(workflow, pathOf('', { kind: 'errorLink', index }), toBefore(failure));
  }
  await standIn(workflow, await workflow.nodeAt(workflow.id, ''));
  await workflow.store.unlist(workflow.id);
}

function ofRun({ connection, message, lease }: Conducted): OpenWorkflow | undefined {
  if (message.workflow === undefined) return undefined;
  const { hops, deferredSince: since } = message;
  const more = { hops, since, queue: lease.queue, trace: traceOf(message), started: startedBy(message) };
  return workflowOf(connection, message.workflow.id, more);
}

async function follow(workflow: OpenWorkflow, path: string, ended: Ended): Promise<void> {
  const node = await workflow.nodeAt(workflow.id, path);
  // The plan lives as long as any message of its workflow; without it nobody can wait any more.
  if (node === undefined) return;
  const around = parentOf(path);
  const parent = around?.place.kind === 'child' ? await workflow.nodeAt(workflow.id, around.path) : undefined;
  const all = advance(path, node, parent, ended.end);
  for (const next of workflow.linksFirst === true ? all.toReversed() : all) {
    const taken = take(workflow, next, ended);
    await (isLink(next) ? taken.catch((error) => leave(workflow, error)) : taken);
  }
}

function isLink({ kind }: Next): boolean {
  return kind === 'link' || kind === 'tell';
}

/**
 * Goes on with what follows groups of nobody, which end as they are started. Whoever does that again, since
 * somebody died on the way, starts nothing in a workflow that has ended: so here links come first.
 */
async function followEmpty(workflow: OpenWorkflow, paths: readonly string[]): Promise<void> {
  for (const path of paths) await follow({ ...workflow, linksFirst: true }, path, EMPTY);
}

/** Leaves a link that could not be started for as long as a message is put off: it must not end its node. */
function leave({ id, connection, since }: OpenWorkflow, error: unknown): void {
  const { clock, log } = connection.ports;
  if (since === undefined || clock.now() - since <= DEFERRED_MS_MAX) throw error;
  log({ level: 'error', message: 'a link was not started', id, error: toWireError(error, 0) });
}

async function take(workflow: OpenWorkflow, next: Next, ended: Ended): Promise<void> {
  switch (next.kind) {
    case 'start':
    case 'link': {
      const known = ended.known === undefined ? {} : { known: ended.known };
      return start(workflow, next.path, { kind: 'result', path: next.inputOf, ...known });
    }
    case 'tell':
      return start(workflow, next.path, toBefore(await failureOf(workflow, ended)));
    case 'count':
      return count(workflow, next.path, next.index, next.members, ended);
    case 'end':
      return follow(workflow, next.path, ended);
    case 'finish':
      return finish(workflow, ended);
  }
}

async function start(workflow: OpenWorkflow, path: string, before: Before): Promise<void> {
  if (await isOver(workflow, path)) return;
  await followEmpty(workflow, await startNode(workflow, path, before));
}

/**
 * Whether nothing at this path starts any more: the workflow was revoked, or has ended. What was linked to a
 * part of it goes on after its end. What it stands for may not have ended with it: nobody who revokes it ends
 * that, and whoever ended it may have died. What it is within may have been revoked before it was there, or
 * have failed as a whole, as overdue.
 */
async function isOver(workflow: OpenWorkflow, path: string): Promise<boolean> {
  const { runs, id } = workflow;
  const root = await workflow.nodeAt(id, '');
  const instead = root?.kind === 'chain' ? root.instead : undefined;
  const { run = id, workflow: around = id, path: at = '' } = instead === undefined ? {} : wantedBy(instead);
  const records = await runs.read([...new Set([id, run, around])]);
  const record = records.get(id);
  if (record === undefined) return true;
  const isBeside = isLinked(path);
  if (isRevoked(record) || (isFinal(record.state) && !isBeside)) {
    await standIn(workflow, root);
    return true;
  }
  if (isFinal(record.state)) return false;
  const wanted = [run, ...(isLinked(at) ? [] : [around])];
  const isEnded = !isBeside && wanted.some((one) => isFinal(records.get(one)?.state ?? 'PENDING'));
  if (!isEnded && !isRevoked(records.get(around))) return false;
  // Somebody has ended the run by itself, or all around it: nobody wants what has taken its place.
  const ending = { state: 'REVOKED', reason: 'revoked' } as const;
  await workflow.store.end(id, ending, workflow.connection.ports.clock.now());
  await standIn(workflow, root);
  return true;
}

/** Whether a path leads through a link or error link. */
function isLinked(path: string): boolean {
  return /(^|\.)[le]/.test(path);
}

/** Counts a member of the group at `path`; whoever completes the group goes on with what follows it. */
async function count(
  workflow: OpenWorkflow,
  path: string,
  index: number,
  members: number,
  ended: Ended,
): Promise<void> {
  const { end } = ended;
  const { store, id } = workflow;
  const now = workflow.connection.ports.clock.now();
  const isDone = end.state === 'SUCCESS';
  const tally = await store.countMember(id, path, index, isDone, now, isDone ? undefined : end.failedPath);
  const shard = shardOf(index);
  if (shardsOf(members) === 1) return countTop(workflow, path, members, index, tally);
  if (!isFull(tally, membersIn(shard, members))) return;
  const top = await store.countShard(id, path, shard, tally.failed.size === 0, now);
  await countTop(workflow, path, members, shard, top);
}

/**
 * Goes on with what follows a group, once all members are counted, and all that were added to it; before that
 * with what the one that is counted at the place `by` has added.
 */
async function countTop(
  workflow: OpenWorkflow,
  path: string,
  members: number,
  by: number,
  top: Tally,
): Promise<void> {
  const planned = plannedAtTop(members);
  if (!isFull(top, planned + (top.added?.length ?? 0)))
    return startAdded(workflow, openAdded(top, planned, by));
  const failed = firstFailed(top);
  const isShard = failed !== undefined && failed < planned && topOf(members) === 'all';
  const decisive = isShard ? await workflow.store.tally(workflow.id, path, failed) : top;
  await follow(workflow, path, { end: endOf(path, planned, decisive) });
}

/** Counts a member that was added to the group at `path`: the workflow of that id. */
async function countAdded(
  workflow: OpenWorkflow,
  { path, of }: Extract<Instead, { kind: 'member' }>,
  id: string,
  isDone: boolean,
): Promise<void> {
  const top = topOf(of);
  const place = ((await workflow.store.tally(workflow.id, path, top)).added ?? []).indexOf(id);
  // It was added, and never told so: whoever added it has been counted since.
  if (place < 0) return;
  const member = { place: plannedAtTop(of) + place, top, ...(isDone ? {} : { failedPath: `${ADDED}${id}` }) };
  const tally = await workflow.store.countAdded(
    workflow.id,
    path,
    member,
    workflow.connection.ports.clock.now(),
  );
  await countTop(workflow, path, of, member.place, tally);
}

/** How a group has ended: as its lowest failed member, if one has failed. */
function endOf(path: string, planned: number, tally: Tally): NodeEnd {
  const index = firstFailed(tally);
  if (index === undefined) return { state: 'SUCCESS' };
  const added = tally.added?.[index - planned];
  if (added !== undefined) return { state: 'FAILURE', failedPath: `${path}${ADDED}${added}`, ofMember: true };
  const member = pathOf(path, { kind: 'child', index });
  const isWithin = (one: string): boolean =>
    one === member || one.startsWith(`${member}.`) || one.startsWith(`${member}${ADDED}`);
  const within = (tally.failedPaths ?? []).filter(isWithin);
  const [failedPath = member] = within.sort(comparePaths);
  return { state: 'FAILURE', failedPath, ofMember: true };
}

/** Ends the workflow's record, where that is not the record of its only task. */
async function finish(workflow: OpenWorkflow, ended: Ended): Promise<void> {
  const root = await workflow.nodeAt(workflow.id, '');
  if (root?.kind === 'task') return;
  await workflow.store.end(
    workflow.id,
    await endingOf(workflow, ended),
    workflow.connection.ports.clock.now(),
  );
  await standIn(workflow, root);
}

/** Ends what a workflow stands for, as it has ended itself. */
async function standIn(workflow: OpenWorkflow, root: PlanNode | undefined): Promise<void> {
  const instead = root?.kind === 'chain' ? root.instead : undefined;
  if (instead === undefined) return;
  const record = (await workflow.runs.read([workflow.id])).get(workflow.id);
  if (record === undefined || !isFinal(record.state)) return;
  if (instead.kind === 'member')
    return countAdded({ ...workflow, id: instead.id }, instead, workflow.id, record.state === 'SUCCESS');
  const ended = await endReplaced(workflow, instead, { ...record, state: record.state });
  if (ended !== undefined) await carryOn(...ended);
}
