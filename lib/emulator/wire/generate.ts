/**
 * Dumps the schemas of AWS SDK clients to lib/emulator/wire/generated, one file a service: `npx tsx
 * lib/emulator/wire/generate.ts`. A tool of this repository and the one file of the emulator that touches
 * the SDK; at run time only the committed dump is read, so an update of the SDK shows as a diff. The file
 * of a client that is not installed stays as it is.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type { HttpData, Ref, ServiceData, ShapeData, Traits } from './schema-data.ts';
import { SERVED } from './served.ts';

/** Which client gives which service, and the name by which the service signs. */
const CLIENTS: readonly (readonly [service: string, client: string, signingName: string])[] = [
  ['sqs', 'client-sqs', 'sqs'],
  ['dynamodb', 'client-dynamodb', 'dynamodb'],
  ['lambda', 'client-lambda', 'lambda'],
  ['sns', 'client-sns', 'sns'],
  ['eventbridge', 'client-eventbridge', 'events'],
  ['scheduler', 'client-scheduler', 'scheduler'],
  ['cloudformation', 'client-cloudformation', 'cloudformation'],
  ['sts', 'client-sts', 'sts'],
  ['iam', 'client-iam', 'iam'],
  ['ssm', 'client-ssm', 'ssm'],
  ['s3', 'client-s3', 's3'],
  ['logs', 'client-cloudwatch-logs', 'logs'],
  ['cloudwatch', 'client-cloudwatch', 'monitoring'],
  ['secretsmanager', 'client-secrets-manager', 'secretsmanager'],
  ['dynamodbstreams', 'client-dynamodb-streams', 'dynamodb'],
];

const PROTOCOLS: Readonly<Record<string, ServiceData['protocol']>> = {
  AwsJson1_0Protocol: 'json-1.0',
  AwsJson1_1Protocol: 'json-1.1',
  AwsQueryProtocol: 'query',
  AwsRestJsonProtocol: 'rest-json',
  AwsRestXmlProtocol: 'rest-xml',
  S3RestXmlProtocol: 'rest-xml',
};

/** The traits that the wire needs; documentation-like ones (sensitive, idempotent) are left out. */
const KEPT_TRAITS: readonly string[] = [
  ...[
    'xmlName',
    'xmlFlattened',
    'xmlAttribute',
    'xmlNamespace',
    'jsonName',
    'sparse',
    'streaming',
    'eventPayload',
  ],
  ...['httpLabel', 'httpQuery', 'httpQueryParams', 'httpHeader', 'httpPrefixHeaders', 'httpPayload'],
  ...['httpResponseCode', 'httpError', 'awsQueryError', 'error', 'http'],
];

/** What the bits of a traits number mean, from the lowest on. */
const TRAIT_BITS = [
  ...['httpLabel', 'idempotent', 'idempotencyToken', 'sensitive', 'httpPayload', 'httpResponseCode'],
  'httpQueryParams',
];

type Raw = readonly unknown[];

async function main(): Promise<void> {
  const folder = join(dirname(fileURLToPath(import.meta.url)), 'generated');
  mkdirSync(folder, { recursive: true });
  for (const [service, client, signingName] of CLIENTS) {
    const found = await importClient(`@aws-sdk/${client}`);
    if (found === undefined) {
      process.stdout.write(`${service}: @aws-sdk/${client} is not installed, its file is left as it is\n`);
      continue;
    }
    const data = dump(service, signingName, found, SERVED[service]);
    writeFileSync(join(folder, `${service}.ts`), render(client, data));
    process.stdout.write(`${service}: ${Object.keys(data.operations).length} operations\n`);
  }
}

async function importClient(name: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return await import(name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function render(client: string, data: ServiceData): string {
  // One shape a line would be easier to read, but a string is what JavaScript engines parse fastest.
  const json = JSON.stringify(data).replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return (
    `// Generated from @aws-sdk/${client} by lib/emulator/wire/generate.ts; do not edit.\n` +
    `import type { ServiceData } from '../schema-data.ts';\n\n` +
    `/** The schema of ${data.name}, parsed when it is first needed. */\n` +
    `export const ${data.name} = (): ServiceData =>\n  JSON.parse(\n    '${json}',\n  );\n`
  );
}

/**
 * Makes the schema data of one service from what its client exports: of all operations, or of the ones
 * named and of the others their names.
 */
export function dump(
  service: string,
  signingName: string,
  client: Readonly<Record<string, unknown>>,
  served?: readonly string[],
): ServiceData {
  const schemas = Object.values(client).filter(
    (value): value is Raw => Array.isArray(value) && value.length > 5,
  );
  const shapes: Record<string, ShapeData> = {};
  const operations: Record<string, ServiceData['operations'][string]> = {};
  const others: Record<string, HttpData | 0> = {};
  let namespace = '';
  for (const schema of schemas) {
    if (schema[0] === 9) {
      namespace = String(schema[1]);
      const http = keep(schema[3])?.http;
      if (served?.includes(String(schema[2])) === false) {
        others[String(schema[2])] = http ?? 0;
        continue;
      }
      const ends = [nameOf(schema[4], shapes), nameOf(schema[5], shapes)] as const;
      operations[String(schema[2])] = http === undefined ? ends : [...ends, http];
    }
    if (schema[0] === -3 && schema[1] === namespace) nameOf(schema, shapes);
  }
  // Errors stand before the operations in a client's exports, so the namespace is known only now.
  for (const schema of schemas) if (schema[0] === -3 && schema[1] === namespace) nameOf(schema, shapes);
  const missing = served?.filter((name) => !(name in operations)) ?? [];
  if (missing.length > 0) throw new Error(`the client of ${service} has no ${missing.join(', ')}`);
  return {
    name: service,
    signingName,
    namespace,
    ...settingsOf(client),
    operations: sorted(operations),
    ...(served === undefined ? {} : { others: sorted(others) }),
    shapes: sorted(shapes),
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Protocol and version stand in a client's configuration only. */
function settingsOf(client: Readonly<Record<string, unknown>>) {
  const make = Object.entries(client).find(
    ([name]) => /^[A-Za-z0-9]+Client$/.test(name) && name !== '__Client',
  )?.[1];
  if (typeof make !== 'function') throw new Error('the package exports no client');
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  const { config } = Reflect.construct(make, [{ region: 'us-east-1', credentials }]);
  const settings = config.protocolSettings ?? {};
  const name: string =
    typeof config.protocol === 'function' ? config.protocol.name : config.protocol.constructor.name;
  const protocol = PROTOCOLS[name.replace(/^_/, '')];
  if (protocol === undefined) throw new Error(`the protocol ${name} is not known to this script`);
  return {
    protocol,
    version: String(settings.version ?? config.apiVersion),
    target: String(settings.serviceTarget ?? ''),
    ...(settings.xmlNamespace === undefined ? {} : { xmlNamespace: String(settings.xmlNamespace) }),
    ...(settings.awsQueryCompatible === true ? { queryCompatible: true } : {}),
  };
}

/** Puts a schema that has members under its name, and gives the name. */
function nameOf(schema: unknown, shapes: Record<string, ShapeData>): string {
  const raw = follow(schema);
  if (raw === 'unit') return '';
  if (!Array.isArray(raw)) throw new Error(`this is no structure: ${inspect(raw)}`);
  const name = String(raw[2]);
  if (name in shapes) return name;
  shapes[name] = [3, [], [], 0];
  const traits = keep(raw[3]);
  const ref = (each: unknown) => toRef(each, shapes);
  const kind: unknown = raw[0];
  if (kind === 1) shapes[name] = [1, ref(raw[4]), ...some(traits)];
  else if (kind === 2) shapes[name] = [2, ref(raw[4]), ref(raw[5]), ...some(traits)];
  else if (kind === 3 || kind === 4 || kind === -3)
    shapes[name] = [kind, raw[4], raw[5].map(ref), raw[6] ?? 0, ...some(traits)];
  else throw new Error(`${name} is of the unknown kind ${inspect(kind)}`);
  return name;
}

function some(traits: Traits | undefined): [] | [Traits] {
  return traits === undefined ? [] : [traits];
}

function toRef(schema: unknown, shapes: Record<string, ShapeData>): Ref {
  const raw = follow(schema);
  if (typeof raw === 'number') return raw;
  if (!Array.isArray(raw)) throw new Error(`this is no schema: ${inspect(raw)}`);
  if (raw.length === 2) return withTraits(toRef(raw[0], shapes), keep(raw[1]));
  // A simple shape with a name, such as _Blob: its name says nothing to the wire.
  if (raw[0] === 0) return withTraits(toRef(raw[4], shapes), keep(raw[3]));
  return nameOf(raw, shapes);
}

function withTraits(ref: Ref, traits: Traits | undefined): Ref {
  if (traits === undefined) return ref;
  return typeof ref === 'object' ? [ref[0], { ...ref[1], ...traits }] : [ref, traits];
}

function follow(schema: unknown): unknown {
  return typeof schema === 'function' ? follow(schema()) : schema;
}

function keep(traits: unknown): Traits | undefined {
  const given =
    typeof traits === 'number'
      ? TRAIT_BITS.filter((_name, bit) => (traits >> bit) & 1).map((name): [string, unknown] => [name, 1])
      : Object.entries(traits ?? {});
  const kept = given.filter(([name]) => KEPT_TRAITS.includes(name));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

// A test imports this file to see whether the committed dump is that of the clients installed.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
