/**
 * The result of a workflow's node, read from the records of its tasks: that of a chain is its last step's,
 * that of a group the list of its members'. Nobody copies it while the workflow goes on, so it may be as
 * large as what reads it can hold.
 */
import type { IdSpace } from '../core/id.ts';
import { joinResults } from '../core/workflow/outcome.ts';
import { sizeOf } from '../core/workflow/page.ts';
import { pathOf, runIdOf } from '../core/workflow/path.ts';
import { topOf } from '../core/workflow/tally.ts';
import { CeleriacError } from '../errors.ts';
import type { Blobs, RunRecord, Runs } from './ports.ts';
import type { NodeAt, PlanNode } from './workflow-node.ts';
import type { Workflows } from './workflow-ports.ts';

/** What results are read with. */
export interface ResultReads {
  readonly space: IdSpace;
  readonly runs: Pick<Runs, 'read'>;
  readonly blobs?: Blobs | undefined;
  readonly nodeAt: NodeAt;
  /** Without it, members that were added to a group are not read. */
  readonly store?: Pick<Workflows, 'tally'>;
}

/** DynamoDB reads a hundred keys at once. */
const READ_MAX = 100;

/**
 * The result of the node at a path as JSON text; undefined where it returned nothing.
 * @throws CeleriacError RESULT_LOST when a record that it needs has it no more: forgotten, run again, gone.
 */
export async function nodeResult(
  reads: ResultReads,
  workflowId: string,
  path: string,
): Promise<string | undefined> {
  const [result] = await resultsOf(reads, workflowId, [path]);
  return result;
}

async function resultsOf(
  reads: ResultReads,
  workflowId: string,
  paths: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const nodes = await Promise.all(paths.map((path) => reads.nodeAt(workflowId, path)));
  const tasks = paths.filter((_, place) => nodes[place]?.kind === 'task');
  const records = tasks.length === 0 ? NONE : await reads.runs.read(tasks.map((path) => idOf(path)));
  return Promise.all(
    paths.map((path, place) => resultAt(reads, workflowId, path, nodes[place], records.get(idOf(path)))),
  );

  function idOf(path: string): string {
    return runIdOf(reads.space, workflowId, path);
  }
}

async function resultAt(
  reads: ResultReads,
  workflowId: string,
  path: string,
  node: PlanNode | undefined,
  record: RunRecord | undefined,
): Promise<string | undefined> {
  if (node === undefined) throw lost(workflowId, path, 'it is not in the plan');
  switch (node.kind) {
    case 'task':
      return taskResult(reads, workflowId, path, record);
    case 'chain':
      return nodeResult(reads, workflowId, childPath(path, sizeOf(node) - 1));
    case 'group':
      return groupResult(reads, workflowId, path, sizeOf(node));
  }
}

const NONE: ReadonlyMap<string, RunRecord> = new Map();

async function groupResult(
  reads: ResultReads,
  workflowId: string,
  path: string,
  members: number,
): Promise<string> {
  const results: (string | undefined)[] = [];
  for (let from = 0; from < members; from += READ_MAX) {
    const count = Math.min(READ_MAX, members - from);
    const paths = Array.from({ length: count }, (_, index) => childPath(path, from + index));
    results.push(...(await resultsOf(reads, workflowId, paths)));
  }
  // What members have added to their group, each a workflow of its own.
  const top = members === 0 ? undefined : await reads.store?.tally(workflowId, path, topOf(members));
  for (const id of top?.added ?? []) results.push(await nodeResult(reads, id, ''));
  return joinResults(results);
}

async function taskResult(
  { blobs }: ResultReads,
  workflowId: string,
  path: string,
  record: RunRecord | undefined,
): Promise<string | undefined> {
  if (record?.state !== 'SUCCESS' || record.forgotten === true)
    throw lost(workflowId, path, record?.forgotten === true ? FORGOTTEN : `it is ${record?.state}`);
  if (record.blob === undefined) return record.result;
  const text = await blobs?.get(record.blob);
  if (text === undefined) throw lost(workflowId, path, "it is not in the app's bucket any more");
  // Together with the record of another run, which had the same result.
  if (text === '') throw lost(workflowId, path, FORGOTTEN);
  return text;
}

const FORGOTTEN = 'it was forgotten';

function childPath(path: string, index: number): string {
  return pathOf(path, { kind: 'child', index });
}

function lost(workflowId: string, path: string, why: string): CeleriacError {
  const text = `the result of part '${path}' of workflow '${workflowId}' cannot be read: ${why}`;
  return new CeleriacError('RESULT_LOST', text, { value: path });
}
