/** What CreateTable and UpdateTable say about a table, read and checked by AWS's rules. */
import type { ScalarType } from './attribute-value.ts';
import {
  asRecord,
  type Constraints,
  type Fields,
  optionalList,
  optionalNumber,
  optionalRecord,
  optionalText,
} from './input.ts';
import type { KeyPart, KeySchema } from './key-code.ts';
import { INDEX_KEY_PARTS_MAX } from './limits.ts';
import { validation } from './refusals.ts';
import type { StreamView } from './stream.ts';
import type { TableSettings } from './table.ts';

export interface Throughput {
  readonly read: number;
  readonly write: number;
}

export interface Projection {
  readonly type: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  readonly attributes: readonly string[];
}

export interface IndexDefinition {
  readonly name: string;
  readonly kind: 'global' | 'local';
  readonly keys: KeySchema;
  readonly projection: Projection;
  readonly throughput: Throughput;
  readonly onDemandThroughput: Fields | undefined;
  readonly warmThroughput: Fields | undefined;
}

export interface TableDefinition {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, ScalarType>;
  readonly keys: KeySchema;
  readonly indexes: ReadonlyMap<string, IndexDefinition>;
  readonly settings: TableSettings;
  readonly streamView: StreamView | undefined;
  readonly tags: ReadonlyMap<string, string>;
}

export const NAME_PATTERN = '[a-zA-Z0-9_.-]+';
export const INVALID = 'One or more parameter values were invalid: ';
const PROJECTIONS = ['ALL', 'INCLUDE', 'KEYS_ONLY'] as const;
const UNITS_MAX = 1_000_000_000_000;
const NON_KEY_ATTRIBUTES_MAX = 20;

/** Types of the key attributes by name. */
export function readAttributes(input: Fields): ReadonlyMap<string, ScalarType> {
  const attributes = new Map<string, ScalarType>();
  for (const definition of records(input, 'AttributeDefinitions')) {
    const name = optionalText(definition, 'AttributeName') ?? '';
    const type = optionalText(definition, 'AttributeType');
    if (attributes.has(name)) {
      throw validation(`${INVALID}Duplicate AttributeName in AttributeDefinitions: ${name}`);
    }
    if (type === 'S' || type === 'N' || type === 'B') attributes.set(name, type);
  }
  return attributes;
}

/** The key of the table itself. */
export function readTableKeys(input: Fields, attributes: ReadonlyMap<string, ScalarType>): KeySchema {
  const elements = keyElements(input);
  const names = elements.map(({ name }) => name);
  if (elements.length === 2 && (attributes.size < 2 || names.some((name) => !attributes.has(name)))) {
    throw validation('Invalid KeySchema: Some index key attribute have no definition');
  }
  checkDefined(names, attributes);
  return readKeys(elements, attributes, 1);
}

/** The key of an index, and what it holds. */
export function readIndex(
  raw: Fields,
  kind: 'global' | 'local',
  attributes: ReadonlyMap<string, ScalarType>,
  billing: TableSettings['billingMode'],
): IndexDefinition {
  const name = optionalText(raw, 'IndexName') ?? '';
  const elements = keyElements(raw);
  checkDefined(
    elements.map((element) => element.name),
    attributes,
  );
  const keys = readKeys(elements, attributes, kind === 'global' ? INDEX_KEY_PARTS_MAX : 1);
  return {
    name,
    kind,
    keys,
    projection: readProjection(optionalRecord(raw, 'Projection') ?? {}),
    throughput: kind === 'local' ? { read: 0, write: 0 } : readIndexThroughput(raw, name, billing),
    onDemandThroughput: optionalRecord(raw, 'OnDemandThroughput'),
    warmThroughput: optionalRecord(raw, 'WarmThroughput'),
  };
}

/** Read and write units; what is absent is 0, as in AWS's descriptions of tables on demand. */
export function readThroughput(raw: Fields | undefined): Throughput {
  if (raw === undefined) return { read: 0, write: 0 };
  const read = optionalNumber(raw, 'ReadCapacityUnits') ?? 0;
  const write = optionalNumber(raw, 'WriteCapacityUnits') ?? 0;
  for (const [name, value] of [
    ['ReadCapacityUnits', read],
    ['WriteCapacityUnits', write],
  ] as const) {
    if (value > UNITS_MAX) throw validation(`Given value ${value} for ${name} is out of bounds`);
  }
  return { read, write };
}

/** Collects violated constraints of the members that tables and indexes share. */
export function constrainKeySchema(constraints: Constraints, raw: Fields, path: string, max: number): void {
  const elements = optionalList(raw, 'KeySchema');
  constraints.required(path, elements);
  if (elements === undefined) return;
  const shown = elements.map((element) => {
    const { AttributeName, KeyType } = asRecord(element, 'KeySchema');
    return `KeySchemaElement(attributeName=${String(AttributeName)}, keyType=${String(KeyType)})`;
  });
  constraints.length(path, shown, 1, max);
  for (const [index, element] of elements.entries()) {
    const { AttributeName, KeyType } = asRecord(element, 'KeySchema');
    const at = `${path}.${index + 1}.member`;
    constraints.required(`${at}.attributeName`, AttributeName);
    constraints.length(`${at}.attributeName`, optionalText({ AttributeName }, 'AttributeName'), 1, 255);
    constraints.required(`${at}.keyType`, KeyType);
    constraints.oneOf(`${at}.keyType`, KeyType, ['HASH', 'RANGE']);
  }
}

/** Collects violated constraints of provisioned throughput. */
export function constrainThroughput(constraints: Constraints, raw: Fields | undefined, path: string): void {
  if (raw === undefined) return;
  for (const name of ['WriteCapacityUnits', 'ReadCapacityUnits']) {
    const at = `${path}.${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    constraints.required(at, raw[name]);
    constraints.range(at, optionalNumber(raw, name), 1);
  }
}

/** Collects violated constraints of one index. */
export function constrainIndex(constraints: Constraints, raw: Fields, path: string, keysMax: number): void {
  const projection = optionalRecord(raw, 'Projection');
  constraints.required(`${path}.projection`, projection);
  if (projection !== undefined) {
    constraints.oneOf(`${path}.projection.projectionType`, projection.ProjectionType, PROJECTIONS);
    const attributes = optionalList(projection, 'NonKeyAttributes');
    constraints.length(`${path}.projection.nonKeyAttributes`, attributes, 1, NON_KEY_ATTRIBUTES_MAX);
  }
  constraints.required(`${path}.indexName`, raw.IndexName);
  const name = optionalText(raw, 'IndexName');
  constraints.pattern(`${path}.indexName`, name, NAME_PATTERN);
  constraints.length(`${path}.indexName`, name, 3, 255);
  constrainKeySchema(constraints, raw, `${path}.keySchema`, keysMax);
  constrainThroughput(
    constraints,
    optionalRecord(raw, 'ProvisionedThroughput'),
    `${path}.provisionedThroughput`,
  );
}

/** A list member whose elements are structures. */
export function records(input: Fields, name: string): readonly Fields[] {
  return (optionalList(input, name) ?? []).map((element) => asRecord(element, name));
}

interface KeyElement {
  readonly name: string;
  readonly kind: string;
}

function keyElements(raw: Fields): readonly KeyElement[] {
  return records(raw, 'KeySchema').map((element) => ({
    name: optionalText(element, 'AttributeName') ?? '',
    kind: optionalText(element, 'KeyType') ?? '',
  }));
}

function readKeys(
  elements: readonly KeyElement[],
  attributes: ReadonlyMap<string, ScalarType>,
  partsMax: number,
): KeySchema {
  checkOrder(elements, partsMax);
  const parts = elements.map(({ name, kind }): [string, KeyPart] => [
    kind,
    { name, type: attributes.get(name) ?? 'S' },
  ]);
  const of = (wanted: string) => parts.filter(([kind]) => kind === wanted).map(([, part]) => part);
  return { hash: of('HASH'), range: of('RANGE') };
}

function checkOrder(elements: readonly KeyElement[], partsMax: number): void {
  const [first, second] = elements;
  if (elements.length === 2 && first?.name === second?.name) {
    throw validation('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
  if (first?.kind !== 'HASH') {
    throw validation('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  }
  if (partsMax === 1) {
    if (second !== undefined && second.kind !== 'RANGE') {
      throw validation('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
    }
    return;
  }
  const hashes = elements.filter(({ kind }) => kind === 'HASH').length;
  const names = elements.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw validation(`${INVALID}Duplicate attribute in KeySchema: ${repeated}`);
  if (elements.slice(0, hashes).some(({ kind }) => kind !== 'HASH')) {
    throw validation(
      'Invalid KeySchema: All HASH KeySchemaElements must come before the RANGE KeySchemaElements',
    );
  }
  if (hashes > partsMax || elements.length - hashes > partsMax) {
    throw validation(
      `Invalid KeySchema: At most ${partsMax} HASH and ${partsMax} RANGE KeySchemaElements are allowed`,
    );
  }
}

function checkDefined(names: readonly string[], attributes: ReadonlyMap<string, ScalarType>): void {
  if (names.every((name) => attributes.has(name))) return;
  const problem = 'Some index key attributes are not defined in AttributeDefinitions';
  const defined = [...attributes.keys()].join(', ');
  throw validation(`${INVALID}${problem}. Keys: [${names.join(', ')}], AttributeDefinitions: [${defined}]`);
}

function readProjection(raw: Fields): Projection {
  const written = optionalText(raw, 'ProjectionType');
  const type = PROJECTIONS.find((each) => each === written);
  const attributes = (optionalList(raw, 'NonKeyAttributes') ?? []).map(String);
  if (type === undefined) throw validation(`${INVALID}Unknown ProjectionType: ${written ?? 'null'}`);
  if (type !== 'INCLUDE' && attributes.length > 0) {
    throw validation(`${INVALID}ProjectionType is ${type}, but NonKeyAttributes is specified`);
  }
  if (type === 'INCLUDE' && attributes.length === 0) {
    throw validation(`${INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified`);
  }
  return { type, attributes };
}

function readIndexThroughput(raw: Fields, name: string, billing: TableSettings['billingMode']): Throughput {
  const given = optionalRecord(raw, 'ProvisionedThroughput');
  if (billing === 'PROVISIONED' && given === undefined) {
    throw validation(`${INVALID}ProvisionedThroughput must be specified for index: ${name}`);
  }
  if (billing === 'PAY_PER_REQUEST' && given !== undefined) {
    const problem = `ProvisionedThroughput should not be specified for index: ${name}`;
    throw validation(`${INVALID}${problem} when BillingMode is PAY_PER_REQUEST`);
  }
  return readThroughput(given);
}
