/** A run's record as a DynamoDB item. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TASK_STATES } from '../core/task-state.ts';
import type { RunRecord } from '../runtime/ports.ts';
import type { PartOf } from '../runtime/run-ports.ts';

export type Item = Readonly<Record<string, AttributeValue>>;
export type Values = Readonly<Record<string, AttributeValue>>;

/** The primary key of an item. */
export interface Key {
  readonly pk: { readonly S: string };
  readonly sk: { readonly S: string };
}

/** A run's primary key. */
export function toKey(id: string): Key {
  return { pk: { S: `run#${id}` }, sk: { S: 'run' } };
}

/** Where in a workflow a run stands, in the one attribute of it. */
export function toPart({ id, path }: PartOf): { readonly S: string } {
  return { S: `${id} ${path}` };
}

function fromPart(text: string): PartOf {
  const [id = '', path = ''] = text.split(' ');
  return { id, path };
}

/** Reads an item: the record, and what only claims look at. */
export function fromItem(item: Item): {
  readonly record: RunRecord;
  readonly starts: number;
  readonly ends: number;
  readonly leaseUntil: number;
  readonly owner: string | undefined;
} {
  const number = (name: string): number => Number(item[name]?.N ?? 0);
  const text = (name: string): string | undefined => item[name]?.S;
  const starts = number('starts');
  const ends = number('ends');
  const error = text('error');
  const result = text('result');
  const reason = text('reason');
  return {
    record: {
      id: text('id') ?? '',
      task: text('task') ?? '',
      queue: text('queue') ?? '',
      state: TASK_STATES.find((state) => state === text('state')) ?? 'PENDING',
      generation: number('generation'),
      retries: number('retries'),
      sentAt: number('sentAt'),
      ...(result === undefined ? {} : { result }),
      ...(reason === undefined ? {} : { reason }),
      ...textsOf(item, ['blob', 'progress', 'letter']),
      ...(item.resultUntil === undefined ? {} : { resultUntil: number('resultUntil') }),
      ...(item.forgotten === undefined ? {} : { forgotten: true }),
      ...(item.workflow === undefined ? {} : { workflow: fromPart(text('workflow') ?? '') }),
      ...(item.byPart === undefined ? {} : { byPart: true }),
      ...(error === undefined ? {} : { error: JSON.parse(error) }),
      ...(item.settled !== undefined && item.settled.N === item.generation?.N ? { settled: true } : {}),
      ...(starts > ends ? { open: starts - ends } : {}),
      ...(item.wait === undefined ? {} : { wait: JSON.parse(text('wait') ?? '') }),
      ...(item.attempts === undefined ? {} : { attempts: number('attempts') }),
      ...(item.startedAt === undefined ? {} : { startedAt: number('startedAt') }),
      ...(item.endedAt === undefined ? {} : { endedAt: number('endedAt') }),
    },
    starts,
    ends,
    leaseUntil: number('leaseUntil'),
    owner: text('owner'),
  };
}

/** Members of a record that are texts, where they are there. */
function textsOf(item: Item, names: readonly string[]): Readonly<Record<string, string>> {
  const texts = names.map((name) => [name, item[name]?.S] as const);
  return Object.fromEntries(texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])));
}
