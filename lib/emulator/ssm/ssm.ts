/**
 * The emulated Parameter Store of Systems Manager: as much as `cdk deploy` and applications read and write.
 */
import type { Clock } from '../clock.ts';
import type { Journal, Kept } from '../data/journal.ts';
import { byRegion, createSeldom } from '../data/seldom.ts';
import { ServiceError } from '../error.ts';
import {
  flag,
  number,
  type Operations,
  type Place,
  page,
  perRegion,
  refuse,
  requiredText,
  text,
  texts,
  toCall,
} from '../operations.ts';
import type { Input, Output, Service } from '../service.ts';

/**
 * The version of CDK's bootstrap stack that every account seems to have: that of the CLI this was built for.
 */
const BOOTSTRAP_VERSION = '33';
const BOOTSTRAP = /^\/cdk-bootstrap\/[a-z0-9]{1,10}\/version$/;
/** Of a standard and an advanced parameter (PutParameter, Value). */
const VALUE_MAX_BYTES: Readonly<Record<string, number>> = { Standard: 4096, Advanced: 8192 };
const TYPES = ['String', 'StringList', 'SecureString'];
const PAGE = 10;

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly tier: string;
  readonly dataType: string;
  readonly description?: string;
  readonly version: number;
  readonly at: number;
}

type Parameters = Map<string, Parameter>;

export interface Ssm extends Service {
  /** The value of a parameter, if there is one: what CloudFormation reads. */
  value(place: Place, name: string): string | undefined;
  /** What outlives the process: the parameters, with their versions. */
  kept(): readonly Kept[];
}

export interface SsmOptions {
  readonly clock: Clock;
  readonly journal?: Journal;
}

/** Makes an emulated Parameter Store with nothing but the version of CDK's bootstrap stack. */
export function createSsm({ clock, journal }: SsmOptions): Ssm {
  const of = perRegion((): Parameters => new Map());
  const keeper = createSeldom(journal, [byRegion('ssm.parameter', of)]);

  function find(place: Place, name: string): Parameter | undefined {
    const plain = nameOf(name);
    const version = bareName(name).split(':')[1];
    const found = of(place).get(plain) ?? bootstrap(plain, clock);
    return version === undefined || version === String(found?.version) ? found : undefined;
  }

  const operations: Operations = {
    GetParameter(input, caller) {
      const name = requiredText(input, 'Name');
      const found = find(caller, name);
      if (found === undefined) throw missing(name, find(caller, nameOf(name)) !== undefined);
      return { Parameter: show(found, caller) };
    },
    GetParameters(input, caller) {
      const names = [...new Set(texts(input, 'Names'))];
      const found = names.flatMap((name) => find(caller, name) ?? []);
      return {
        Parameters: found.map((parameter) => show(parameter, caller)),
        InvalidParameters: names.filter((name) => find(caller, name) === undefined),
      };
    },
    GetParametersByPath(input, caller) {
      refuse('ssm: GetParametersByPath', input, 'ParameterFilters');
      const path = requiredText(input, 'Path').replace(/\/?$/, '/');
      const below = sorted(of(caller)).filter(({ name }) => {
        const inside = name.startsWith(path);
        return inside && (flag(input, 'Recursive') || !name.slice(path.length).includes('/'));
      });
      const { items, next } = page(below, text(input, 'NextToken'), number(input, 'MaxResults') ?? PAGE);
      const shown = items.map((parameter) => show(parameter, caller));
      return { Parameters: shown, ...(next === undefined ? {} : { NextToken: next }) };
    },
    DescribeParameters(input, caller) {
      refuse('ssm: DescribeParameters', input, 'Filters', 'ParameterFilters', 'Shared');
      const all = sorted(of(caller));
      const { items, next } = page(all, text(input, 'NextToken'), number(input, 'MaxResults') ?? 50);
      const shown = items.map((parameter) => {
        const { Value: _hidden, ...rest } = show(parameter, caller);
        return { ...rest, Tier: parameter.tier, Description: parameter.description };
      });
      return { Parameters: shown, ...(next === undefined ? {} : { NextToken: next }) };
    },
    PutParameter: (input, caller) => put(of(caller), input, clock.now()),
    DeleteParameter(input, caller) {
      if (!of(caller).delete(requiredText(input, 'Name'))) throw new ServiceError('ParameterNotFound', '');
      return {};
    },
    DeleteParameters(input, caller) {
      const names = texts(input, 'Names');
      const deleted = names.filter((name) => of(caller).delete(name));
      return { DeletedParameters: deleted, InvalidParameters: names.filter((n) => !deleted.includes(n)) };
    },
  };
  return {
    call: keeper.after(toCall('ssm', operations)),
    value: (place, name) => find(place, name)?.value,
    kept: () => keeper.kept,
  };
}

function put(parameters: Parameters, input: Input, at: number): Output {
  refuse('ssm: PutParameter', input, 'Policies', 'KeyId');
  const name = requiredText(input, 'Name');
  checkName(name);
  const before = parameters.get(name);
  if (before !== undefined && !flag(input, 'Overwrite')) {
    const message = 'The parameter already exists. To overwrite this value, set the overwrite option in the ';
    throw new ServiceError('ParameterAlreadyExists', `${message}request to true.`);
  }
  const type = text(input, 'Type') ?? before?.type;
  if (type === undefined)
    throw new ServiceError(
      'ValidationException',
      'A parameter type is required when you create a parameter.',
    );
  if (!TYPES.includes(type)) {
    const constraint = `Member must satisfy enum value set: [${TYPES.join(', ')}]`;
    const problem = `Value '${type}' at 'type' failed to satisfy constraint: ${constraint}`;
    throw new ServiceError('ValidationException', `1 validation error detected: ${problem}`);
  }
  const tier = text(input, 'Tier') === 'Advanced' ? 'Advanced' : 'Standard';
  const value = requiredText(input, 'Value');
  if (Buffer.byteLength(value) > (VALUE_MAX_BYTES[tier] ?? 0)) {
    const most = `${tier} tier parameters support a maximum parameter value of ${VALUE_MAX_BYTES[tier]}`;
    throw new ServiceError('ValidationException', `${most} characters.`);
  }
  const description = text(input, 'Description') ?? before?.description;
  const version = (before?.version ?? 0) + 1;
  checkPattern(text(input, 'AllowedPattern'), value);
  parameters.set(name, {
    ...{ name, type, value, tier, version, at, dataType: text(input, 'DataType') ?? 'text' },
    ...(description === undefined ? {} : { description }),
  });
  return { Version: version, Tier: tier };
}

/** AllowedPattern holds for the value that comes with it. The words are a guess; the code is documented. */
function checkPattern(pattern: string | undefined, value: string): void {
  if (pattern === undefined || pattern === '') return;
  let matches: boolean;
  try {
    matches = new RegExp(`^(?:${pattern})$`, 's').test(value);
  } catch {
    throw new ServiceError('InvalidAllowedPatternException', `The pattern ${pattern} is not valid.`);
  }
  if (matches) return;
  const problem = `Parameter value, cannot be validated against allowedPattern: ${pattern}`;
  throw new ServiceError('ParameterPatternMismatchException', problem);
}

/** The rules of PutParameter's Name; the words are a guess. */
function checkName(name: string): void {
  if (/^(?:aws|ssm)/i.test(name)) {
    const rule = 'can\'t be prefixed with "aws" or "ssm" (case-insensitive).';
    throw new ServiceError('ValidationException', `Parameter name: ${rule}`);
  }
  if (/^[\w./-]+$/.test(name)) return;
  const rule = 'Only a mix of letters, numbers and the following 4 symbols .-_/ are allowed.';
  throw new ServiceError('ValidationException', `Invalid label in parameter name ${name}. ${rule}`);
}

function bootstrap(name: string, clock: Clock): Parameter | undefined {
  if (!BOOTSTRAP.test(name)) return undefined;
  const fixed = { type: 'String', tier: 'Standard', dataType: 'text', version: 1 };
  return { name, value: BOOTSTRAP_VERSION, ...fixed, at: clock.now() };
}

function show(parameter: Parameter, { account, region }: Place): Output {
  const { name, type, value, version, dataType, at } = parameter;
  const path = name.startsWith('/') ? name : `/${name}`;
  return {
    ...{ Name: name, Type: type, Value: value, Version: version, DataType: dataType },
    LastModifiedDate: new Date(at),
    ARN: `arn:aws:ssm:${region}:${account}:parameter${path}`,
  };
}

/** A parameter may be named by its ARN, in which a name without a slash has one. */
function bareName(name: string): string {
  return name.startsWith('arn:') ? (/:parameter(\/.+)$/.exec(name)?.[1] ?? name) : name;
}

/** The same without a version. */
function nameOf(name: string): string {
  return bareName(name).split(':')[0] ?? '';
}

/** A parameter that is there has no such version, or has had it: only the last is kept. */
function missing(name: string, isThere: boolean): ServiceError {
  if (!isThere) return new ServiceError('ParameterNotFound', '');
  // Whose words these are is a guess; the code is documented.
  const version = bareName(name).split(':')[1];
  const message = `Systems Manager could not find version ${version} of ${nameOf(name)}.`;
  return new ServiceError('ParameterVersionNotFound', message);
}

function sorted(parameters: Parameters): readonly Parameter[] {
  return [...parameters.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
