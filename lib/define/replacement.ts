/**
 * What of a change cannot be made in place: CloudFormation replaces such a resource by a new one, and what
 * was in the old one stays behind. A topology is compared with the template that is deployed, so nothing has
 * to be synthesized to know it.
 */
import type { ErrorCode } from '../errors.ts';
import type { Topology } from './topology.ts';

/** A resource that a deploy would replace or leave behind. */
export interface Replacement {
  readonly code: Extract<
    ErrorCode,
    'BECOMES_ORDERED' | 'BECOMES_UNORDERED' | 'KEYS_CHANGED' | 'INDEXES_CHANGED' | 'LEFT_BEHIND'
  >;
  /** Its name on AWS, as deployed. */
  readonly resource: string;
  readonly message: string;
}

/** Of a CloudFormation template, what is looked at. */
export interface DeployedTemplate {
  readonly Resources?: Readonly<Record<string, DeployedResource>>;
}

export interface DeployedResource {
  readonly Type?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Compares an app's topology with a template of the same app and stage; sorted as the template is. */
export function toReplacements(topology: Topology, template: DeployedTemplate): readonly Replacement[] {
  const wanted = new Set(namesOf(topology));
  const prefix = `${topology.app}-${topology.stage}-`;
  return Object.values(template.Resources ?? {}).flatMap((resource) => {
    const kind = KINDS[resource.Type ?? ''];
    if (kind === undefined) return [];
    const name = resource.Properties?.[kind.property];
    // Names of other apps, and names that only CloudFormation knows, are none of this app's.
    if (typeof name !== 'string' || !name.startsWith(prefix)) return [];
    if (kind.word === 'table') return tableReplacements(topology, name, resource);
    return wanted.has(name) ? [] : [gone(kind.word, name, wanted)];
  });
}

const KINDS: Readonly<
  Record<string, { readonly property: string; readonly word: 'queue' | 'topic' | 'table' }>
> = {
  'AWS::SQS::Queue': { property: 'QueueName', word: 'queue' },
  'AWS::SNS::Topic': { property: 'TopicName', word: 'topic' },
  'AWS::DynamoDB::Table': { property: 'TableName', word: 'table' },
  'AWS::DynamoDB::GlobalTable': { property: 'TableName', word: 'table' },
};

/** Every name in the topology, whatever kind of resource it is of. */
function namesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(namesOf) : [];
}

const FIFO = '.fifo';

function gone(word: 'queue' | 'topic', name: string, wanted: ReadonlySet<string>): Replacement {
  const held =
    word === 'queue'
      ? 'messages in it stay there: drain it before the deploy'
      : 'its subscriptions go with it';
  if (!name.endsWith(FIFO) && wanted.has(name + FIFO)) {
    const message = `${word} '${name}' becomes ordered, so it is replaced by '${name}${FIFO}'; ${held}`;
    return { code: 'BECOMES_ORDERED', resource: name, message };
  }
  const plain = name.slice(0, -FIFO.length);
  if (name.endsWith(FIFO) && wanted.has(plain)) {
    const message = `${word} '${name}' is no longer ordered, so it is replaced by '${plain}'; ${held}`;
    return { code: 'BECOMES_UNORDERED', resource: name, message };
  }
  const message = `${word} '${name}' is no longer in the app and leaves the stack; ${held}`;
  return { code: 'LEFT_BEHIND', resource: name, message };
}

function tableReplacements(
  { tables }: Topology,
  name: string,
  { Properties = {} }: DeployedResource,
): Replacement[] {
  const table = tables.find(({ tableName }) => tableName === name);
  // Tables that are not in the topology are the business of what made them.
  if (table === undefined) return [];
  const keys = JSON.stringify([table.partitionKey, table.sortKey]);
  const deployed = JSON.stringify(keysOf(Properties.KeySchema));
  if (keys !== deployed) {
    const message =
      `table '${name}' has the keys ${deployed} and would have ${keys}, so it is replaced, and its items ` +
      'are left behind; use another stage, or move them';
    return [{ code: 'KEYS_CHANGED', resource: name, message }];
  }
  const before = listOf(Properties.GlobalSecondaryIndexes).map((index) => String(index.IndexName));
  const added = table.indexes.filter((index) => !before.includes(index.name)).map((index) => index.name);
  const removed = before.filter((index) => !table.indexes.some((one) => one.name === index));
  if (added.length + removed.length <= INDEX_CHANGES_MAX) return [];
  const message =
    `table '${name}': indexes are added (${added.join(', ') || 'none'}) and removed ` +
    `(${removed.join(', ') || 'none'}), DynamoDB changes one index an update; deploy in steps`;
  return [{ code: 'INDEXES_CHANGED', resource: name, message }];
}

/** DynamoDB: one global secondary index is made or removed in an update of a table. */
const INDEX_CHANGES_MAX = 1;

function keysOf(schema: unknown): readonly unknown[] {
  return listOf(schema).map(({ AttributeName }) => AttributeName);
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value : [];
}
