/**
 * CloudFormation's intrinsic functions: a template's value in, a plain value out. Rules: AWS CloudFormation
 * user guide, "Intrinsic function reference".
 */
import type { ProblemCode } from './problem.ts';
import { isRecord, LATER } from './shape.ts';

/** `AWS::NoValue`: takes the property or list entry around it away. */
export const ABSENT: unique symbol = Symbol('AWS::NoValue');

/** A value that was looked up, or why there is none. */
export type Found = { readonly value: unknown } | { readonly problem: string };

/**
 * What a value may refer to. LATER as a value means that it is there, but known only when its resource
 * exists.
 */
export interface Scope {
  readonly region: string;
  reference(name: string): Found;
  attribute(logicalId: string, attribute: string): Found;
  /** Undefined when no condition has this name. */
  condition(name: string): boolean | undefined;
  mapping(map: string, top: string, second: string): Found;
  exported(name: string): Found;
  output(of: {
    readonly stack: string;
    readonly region: string;
    readonly account?: string;
    readonly output: string;
  }): Found;
  problem(code: ProblemCode, path: string, message: string): void;
}

type Intrinsic = (argument: unknown, path: string, scope: Scope) => unknown;

/** Resolves every intrinsic in a value. Problems go to the scope; what could not be resolved is LATER. */
export function resolve(value: unknown, path: string, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value
      .map((entry, index) => resolve(entry, `${path}[${index}]`, scope))
      .filter((entry) => entry !== ABSENT);
  }
  if (typeof value === 'string') return refuseDynamic(value, path, scope);
  if (!isRecord(value)) return value;
  const name = toIntrinsicName(value);
  if (name !== undefined) return call(name, value[name], path, scope, Object.keys(value).length);
  const resolved: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const one = resolve(entry, path === '' ? key : `${path}.${key}`, scope);
    if (one !== ABSENT) resolved[key] = one;
  }
  return resolved;
}

/** The name of the intrinsic that an object calls, if it calls one. */
function toIntrinsicName(value: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(value).find((key) => key === 'Ref' || key.startsWith('Fn::'));
}

/** Text of a scalar as CloudFormation writes it; undefined for lists and objects. */
export function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function call(name: string, argument: unknown, path: string, scope: Scope, members: number): unknown {
  const intrinsic = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
  if (intrinsic === undefined)
    return refuse(
      scope,
      path,
      `the emulator does not serve ${name}; served: ${Object.keys(INTRINSICS).join(', ')}`,
    );
  if (members > 1) return refuse(scope, path, `${name} must be the only member of its object`);
  return intrinsic(argument, path, scope);
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, path, scope) => {
    if (typeof argument !== 'string') return refuse(scope, path, 'Ref takes a name');
    return find(scope.reference(argument), path, scope);
  },
  'Fn::GetAtt': (argument, path, scope) => {
    const parts = typeof argument === 'string' ? splitOnce(argument) : argument;
    if (!Array.isArray(parts) || parts.length !== 2)
      return refuse(scope, path, 'Fn::GetAtt takes [logical id, attribute]');
    const attribute = resolve(parts[1], path, scope);
    if (typeof parts[0] !== 'string' || typeof attribute !== 'string') {
      return refuse(scope, path, 'Fn::GetAtt takes [logical id, attribute]');
    }
    return find(scope.attribute(parts[0], attribute), path, scope);
  },
  'Fn::Sub': substitute,
  'Fn::Join': (argument, path, scope) => {
    const [delimiter, list] = pair(argument);
    const parts = resolve(list, path, scope);
    if (parts === LATER) return LATER;
    if (typeof delimiter !== 'string' || !Array.isArray(parts))
      return refuse(scope, path, 'Fn::Join takes [delimiter, list]');
    if (parts.includes(LATER)) return LATER;
    const texts = parts.map(toText);
    return texts.includes(undefined)
      ? refuse(scope, path, 'Fn::Join joins text only')
      : texts.join(delimiter);
  },
  'Fn::Select': (argument, path, scope) => {
    const [position, list] = pair(argument);
    const index = Number(resolve(position, path, scope));
    const from = resolve(list, path, scope);
    if (from === LATER) return LATER;
    if (!Array.isArray(from) || !Number.isInteger(index))
      return refuse(scope, path, 'Fn::Select takes [index, list]');
    if (index < 0 || index >= from.length)
      return refuse(scope, path, `Fn::Select: there is no index ${index} in a list of ${from.length}`);
    return from[index];
  },
  'Fn::Split': (argument, path, scope) => {
    const [delimiter, source] = pair(argument);
    const text = resolve(source, path, scope);
    if (text === LATER) return LATER;
    if (typeof delimiter !== 'string' || delimiter === '' || typeof text !== 'string') {
      return refuse(scope, path, 'Fn::Split takes [delimiter, text]');
    }
    return text.split(delimiter);
  },
  'Fn::Base64': (argument, path, scope) => {
    const text = resolve(argument, path, scope);
    if (text === LATER) return LATER;
    return typeof text === 'string'
      ? Buffer.from(text).toString('base64')
      : refuse(scope, path, 'Fn::Base64 takes text');
  },
  'Fn::If': (argument, path, scope) => {
    if (!Array.isArray(argument) || argument.length !== 3 || typeof argument[0] !== 'string') {
      return refuse(scope, path, 'Fn::If takes [condition, value if true, value if false]');
    }
    const holds = scope.condition(argument[0]);
    if (holds === undefined) return refuse(scope, path, `there is no condition '${argument[0]}'`);
    return resolve(holds ? argument[1] : argument[2], path, scope);
  },
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': (argument, path, scope) => {
    const name = resolve(argument, path, scope);
    if (name === LATER || typeof name !== 'string')
      return refuse(scope, path, 'Fn::ImportValue takes a name that no resource decides');
    return find(scope.exported(name), path, scope);
  },
  'Fn::GetStackOutput': (argument, path, scope) => {
    const of = resolve(argument, path, scope);
    if (!isRecord(of) || typeof of.StackName !== 'string' || typeof of.OutputName !== 'string') {
      return refuse(scope, path, 'Fn::GetStackOutput takes { StackName, OutputName, Region?, RoleArn? }');
    }
    // A role of another account is how a template says which account the stack is in.
    const account = typeof of.RoleArn === 'string' ? of.RoleArn.split(':')[4] : undefined;
    const region = typeof of.Region === 'string' ? of.Region : scope.region;
    const output = {
      stack: of.StackName,
      output: of.OutputName,
      region,
      ...(account === undefined ? {} : { account }),
    };
    return find(scope.output(output), path, scope);
  },
  'Fn::GetAZs': (argument, path, scope) => {
    const region = resolve(argument, path, scope);
    const name = region === '' || typeof region !== 'string' ? scope.region : region;
    return ['a', 'b', 'c'].map((letter) => name + letter);
  },
  'Fn::Length': (argument, path, scope) => {
    const list = resolve(argument, path, scope);
    if (list === LATER) return LATER;
    return Array.isArray(list) ? list.length : refuse(scope, path, 'Fn::Length takes a list');
  },
  'Fn::ToJsonString': (argument, path, scope) => {
    const value = resolve(argument, path, scope);
    return holdsLater(value) ? LATER : JSON.stringify(value);
  },
};

function substitute(argument: unknown, path: string, scope: Scope): unknown {
  const [template, variables] = typeof argument === 'string' ? [argument, {}] : pair(argument);
  if (typeof template !== 'string' || !isRecord(variables))
    return refuse(scope, path, 'Fn::Sub takes text or [text, variables]');
  let later = false;
  const written = template.replace(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    // '${!x}' is how a template writes '${x}' itself.
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const value = substituted(name, variables, path, scope);
    if (value === LATER) later = true;
    const text = toText(value);
    if (text === undefined && value !== LATER) refuse(scope, path, `Fn::Sub: '${name}' is not text`);
    return text ?? '';
  });
  return later ? LATER : refuseDynamic(written, path, scope);
}

function substituted(
  name: string,
  variables: Readonly<Record<string, unknown>>,
  path: string,
  scope: Scope,
): unknown {
  if (Object.hasOwn(variables, name)) return resolve(variables[name], path, scope);
  if (!name.includes('.')) return find(scope.reference(name), path, scope);
  const [logicalId = '', attribute = ''] = splitOnce(name);
  return find(scope.attribute(logicalId, attribute), path, scope);
}

function findInMap(argument: unknown, path: string, scope: Scope): unknown {
  if (!Array.isArray(argument) || argument.length < 3 || argument.length > 4) {
    return refuse(scope, path, 'Fn::FindInMap takes [map, top key, second key, { DefaultValue }?]');
  }
  const [map, top, second] = argument.slice(0, 3).map((key) => toText(resolve(key, path, scope)));
  if (map === undefined || top === undefined || second === undefined) {
    return refuse(scope, path, 'Fn::FindInMap: its keys must be text that no resource decides');
  }
  const found = scope.mapping(map, top, second);
  const fallback: unknown = argument[3];
  if ('problem' in found && isRecord(fallback) && 'DefaultValue' in fallback)
    return resolve(fallback.DefaultValue, path, scope);
  return find(found, path, scope);
}

function find(found: Found, path: string, scope: Scope): unknown {
  if ('value' in found) return found.value;
  scope.problem('REFERENCE_UNKNOWN', path, found.problem);
  return LATER;
}

// LATER stands for what could not be resolved, so that one mistake is one problem and the check goes on.
function refuse(scope: Scope, path: string, message: string): typeof LATER {
  scope.problem('INTRINSIC_INVALID', path, message);
  return LATER;
}

function refuseDynamic(value: string, path: string, scope: Scope): unknown {
  const dynamic = /\{\{resolve:[^}]*\}\}/.exec(value);
  if (dynamic === null) return value;
  return refuse(scope, path, `the emulator does not serve dynamic references: ${dynamic[0]}`);
}

function holdsLater(value: unknown): boolean {
  if (value === LATER) return true;
  if (Array.isArray(value)) return value.some(holdsLater);
  return isRecord(value) && Object.values(value).some(holdsLater);
}

function pair(argument: unknown): readonly [unknown, unknown] {
  return Array.isArray(argument) && argument.length === 2
    ? [argument[0], argument[1]]
    : [undefined, undefined];
}

function splitOnce(value: string): readonly string[] {
  const dot = value.indexOf('.');
  return dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)];
}
