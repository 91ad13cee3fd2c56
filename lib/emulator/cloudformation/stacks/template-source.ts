/**
 * The template and the parameters of a request: from its text or from S3, and checked by what it declares.
 */
import { type Place, requiredText, structures, text, texts } from '../../operations.ts';
import type { Input } from '../../service.ts';
import { toText } from '../resolve.ts';
import { isRecord } from '../shape.ts';
import { parseYaml } from '../yaml.ts';
import { validationError } from './plan-stack.ts';
import type { ShownParameter, StackRequest } from './record.ts';

type Json = Readonly<Record<string, unknown>>;

/** What requests refer to in other services. */
export interface Sources {
  object(bucket: string, key: string): { readonly body: Uint8Array } | 'no bucket' | 'no key';
  parameter(place: Place, name: string): string | undefined;
}

/** Of a template in the request, and of one in S3 (CloudFormation quotas). */
const BODY_MAX_BYTES = 51_200;
const OBJECT_MAX_BYTES = 1_000_000;

/** Reads what a stack is asked to be; members that say so are taken from what it was. */
export function readRequest(
  input: Input,
  place: Place,
  sources: Sources,
  previous?: StackRequest,
): StackRequest {
  const body = readBody(input, sources, previous);
  const template = parseTemplate(body);
  const parameters = readParameters(input, template, place, sources, previous);
  const roleArn = text(input, 'RoleARN') ?? previous?.roleArn;
  return {
    ...{ body, template, ...parameters },
    tags: input.Tags === undefined ? (previous?.tags ?? []) : structures(input, 'Tags'),
    capabilities: texts(input, 'Capabilities'),
    notificationArns:
      input.NotificationARNs === undefined
        ? (previous?.notificationArns ?? [])
        : texts(input, 'NotificationARNs'),
    ...(roleArn === undefined ? {} : { roleArn }),
  };
}

/** The text of the template that a request names. */
export function readBody(input: Input, sources: Sources, previous?: StackRequest): string {
  const body = text(input, 'TemplateBody');
  const url = text(input, 'TemplateURL');
  if (input.UsePreviousTemplate === true && previous !== undefined) return previous.body;
  if ((body === undefined) === (url === undefined))
    throw validationError('Either Template URL or Template Body must be specified.');
  if (url !== undefined) return readUrl(url, sources);
  if (body !== undefined && Buffer.byteLength(body) > BODY_MAX_BYTES) {
    const constraint = `Member must have length less than or equal to ${BODY_MAX_BYTES}`;
    throw validationError(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: ${constraint}`,
    );
  }
  return body ?? '';
}

/** Parses a template, in JSON or in YAML. */
export function parseTemplate(body: string): Json {
  const parsed = body.trimStart().startsWith('{') ? parseJson(body) : parseYaml(body);
  if (!isRecord(parsed)) throw validationError('Template format error: unsupported structure.');
  if (!isRecord(parsed.Resources) || Object.keys(parsed.Resources).length === 0)
    throw validationError('Template format error: At least one Resources member must be defined.');
  return parsed;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw validationError(`Template format error: JSON not well-formed. (${why})`);
  }
}

function readUrl(url: string, sources: Sources): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^(https?|s3):$/.test(parsed.protocol))
    throw validationError('TemplateURL must be a supported URL.');
  const path = decodeURIComponent(parsed.pathname).replace(/^\//, '');
  // The bucket stands before a host of S3, or else first in the path.
  const before = /^(.+)\.s3[.-]/.exec(parsed.hostname)?.[1];
  const slash = path.indexOf('/');
  const [bucket, key] =
    parsed.protocol === 's3:' || before !== undefined
      ? [before ?? parsed.hostname, path]
      : [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)];
  const found = sources.object(bucket, key);
  if (typeof found !== 'object') {
    const what =
      found === 'no bucket' ? 'The specified bucket does not exist' : 'The specified key does not exist.';
    throw validationError(`S3 error: ${what}`);
  }
  if (found.body.length > OBJECT_MAX_BYTES)
    throw validationError(`Template may not exceed ${OBJECT_MAX_BYTES} bytes in size.`);
  return Buffer.from(found.body).toString('utf8');
}

function readParameters(
  input: Input,
  template: Json,
  place: Place,
  sources: Sources,
  previous: StackRequest | undefined,
): Pick<StackRequest, 'parameters' | 'values'> {
  const declared = isRecord(template.Parameters) ? template.Parameters : {};
  const given = new Map(
    structures(input, 'Parameters').map((each) => [requiredText(each, 'ParameterKey'), each]),
  );
  const unknown = [...given.keys()].filter((name) => !Object.hasOwn(declared, name));
  if (unknown.length > 0)
    throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const shown: ShownParameter[] = [];
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, declaration] of Object.entries(declared)) {
    const before = previous?.parameters.find(({ ParameterKey }) => ParameterKey === name)?.ParameterValue;
    const asked = given.get(name);
    const written = asked?.UsePreviousValue === true ? before : asked && text(asked, 'ParameterValue');
    const value = written ?? (isRecord(declaration) ? toText(declaration.Default) : undefined);
    if (value === undefined) missing.push(name);
    else {
      const resolved = resolveStored(declaration, value, place, sources);
      values[name] = resolved ?? value;
      const of = { ParameterKey: name, ParameterValue: value };
      shown.push(resolved === undefined ? of : { ...of, ResolvedValue: resolved });
    }
  }
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  return { parameters: shown, values };
}

/** What Parameter Store holds under the value of a parameter that names an entry there. */
function resolveStored(
  declaration: unknown,
  value: string,
  place: Place,
  sources: Sources,
): string | undefined {
  if (!isRecord(declaration) || !String(declaration.Type).startsWith('AWS::SSM::Parameter::Value<'))
    return undefined;
  const stored = sources.parameter(place, value);
  if (stored !== undefined) return stored;
  throw validationError(`Unable to fetch parameters [${value}] from parameter store for this account.`);
}
