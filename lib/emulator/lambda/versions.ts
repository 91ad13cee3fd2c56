/**
 * Versions and aliases. Each is an entry among the functions, under its qualified ARN: a version is a copy
 * that nothing changes, an alias has the code and the settings of its version and a policy, a URL and
 * asynchronous settings of its own. Environments belong to an entry, so those of an alias are not those of
 * its version, as they are on AWS; a function cannot tell the difference.
 */
import type { Clock } from '../clock.ts';
import type { Caller, Input, Output } from '../service.ts';
import { baseArn } from './arn.ts';
import {
  conflict,
  constraintBroken,
  functionNotFound,
  invalidParameter,
  notFound,
  notServed,
} from './errors.ts';
import { type LambdaFunction, showFunction } from './function.ts';
import type { Functions, Operation } from './functions.ts';
import { checkRevision, optionalInteger, optionalStructure, optionalText, requiredText } from './input.ts';
import { uuid } from './lineage.ts';

export interface VersionsOptions {
  readonly clock: Clock;
  readonly random: () => number;
}

const LIST_MAX = 50;

/** Publishes what a function is now; the last version when nothing differs from it. */
export function publish(
  functions: Functions,
  fn: LambdaFunction,
  input: Input,
  { clock, random }: VersionsOptions,
): LambdaFunction {
  const sha256 = optionalText(input, 'CodeSha256');
  if (sha256 !== undefined && sha256 !== fn.bundle.sha256) {
    throw invalidParameter(
      `CodeSHA256 (${sha256}) is different from current CodeSHA256 in $LATEST (${fn.bundle.sha256}). ` +
        'Please try again with the CodeSHA256 in $LATEST.',
    );
  }
  const number = fn.lastVersion ?? 0;
  const last = functions.find(`${fn.arn}:${number}`);
  const description = optionalText(input, 'Description') ?? fn.settings.description;
  const settings = { ...fn.settings, description };
  if (last !== undefined && isSame(last, fn)) return last;
  const version: LambdaFunction = {
    ...{ arn: `${fn.arn}:${number + 1}`, name: fn.name, account: fn.account, region: fn.region },
    ...{ version: String(number + 1), settings, bundle: fn.bundle, tags: {} },
    ...{ revision: uuid(random), modifiedAt: clock.now(), recursiveLoop: fn.recursiveLoop },
  };
  fn.lastVersion = number + 1;
  functions.restore(version);
  return version;
}

/** The operations of the API on versions and aliases. */
export function versionOperations(
  functions: Functions,
  options: VersionsOptions,
): Readonly<Record<string, Operation>> {
  const entriesOf = (input: Input, caller: Caller) => functions.qualified(functions.latest(input, caller));
  return {
    PublishVersion(input, caller) {
      const fn = functions.latest(input, caller);
      checkRevision(fn, input);
      return showFunction(publish(functions, fn, input, options));
    },
    ListVersionsByFunction(input, caller) {
      const fn = functions.latest(input, caller);
      const latest = { ...showFunction(fn), FunctionArn: `${fn.arn}:$LATEST` };
      const versions = functions.qualified(fn).filter(({ alias }) => alias === undefined);
      const numbered = versions.sort((a, b) => Number(a.version) - Number(b.version)).map(showFunction);
      return paged(input, 'Versions', [latest, ...numbered]);
    },
    ListAliases(input, caller) {
      const version = optionalText(input, 'FunctionVersion');
      const aliases = entriesOf(input, caller)
        .filter((entry) => entry.alias !== undefined && (version ?? entry.version) === entry.version)
        .sort((a, b) => (a.arn < b.arn ? -1 : 1));
      return paged(input, 'Aliases', aliases.map(showAlias));
    },
    ...aliasOperations(functions, options),
  };
}

function aliasOperations(
  functions: Functions,
  { clock, random }: VersionsOptions,
): Readonly<Record<string, Operation>> {
  function find(input: Input, caller: Caller): LambdaFunction {
    const fn = functions.latest(input, caller);
    const arn = `${fn.arn}:${requiredText(input, 'Name')}`;
    const alias = functions.find(arn);
    if (alias?.alias === undefined) throw notFound(`Cannot find alias arn: ${arn}`);
    return alias;
  }
  return {
    CreateAlias(input, caller) {
      const fn = functions.latest(input, caller);
      const name = readName(input);
      refuseWeights('CreateAlias', input);
      const target = targetOf(functions, fn, requiredText(input, 'FunctionVersion'));
      const arn = `${fn.arn}:${name}`;
      if (functions.find(arn) !== undefined) throw conflict(`Alias already exists: ${arn}`);
      const alias: LambdaFunction = {
        ...{
          ...target,
          arn,
          tags: {},
          alias: { name, description: optionalText(input, 'Description') ?? '' },
        },
        ...{ policy: undefined, url: undefined, asyncSettings: undefined, reservedConcurrency: undefined },
        ...{ lastVersion: undefined, revision: uuid(random), modifiedAt: clock.now() },
      };
      functions.restore(alias);
      return showAlias(alias);
    },
    GetAlias: (input, caller) => showAlias(find(input, caller)),
    UpdateAlias(input, caller) {
      const alias = find(input, caller);
      checkRevision(alias, input);
      refuseWeights('UpdateAlias', input);
      const description = optionalText(input, 'Description') ?? alias.alias?.description ?? '';
      const asked = optionalText(input, 'FunctionVersion');
      const target =
        asked === undefined ? alias : targetOf(functions, functions.latest(input, caller), asked);
      functions.repoint(alias, target, { name: requiredText(input, 'Name'), description });
      return showAlias(alias);
    },
    DeleteAlias(input, caller) {
      const fn = functions.latest(input, caller);
      const alias = functions.find(`${fn.arn}:${requiredText(input, 'Name')}`);
      // To delete what is not there is no mistake.
      if (alias?.alias !== undefined) functions.remove(alias);
      return {};
    },
  };
}

/** Deletes a version, unless an alias needs it. */
export function deleteVersion(functions: Functions, version: LambdaFunction): void {
  if (version.alias !== undefined)
    throw invalidParameter(`${version.arn} is an alias, which DeleteAlias deletes.`);
  const fn = functions.find(baseArn(version.arn));
  const users = fn === undefined ? [] : functions.qualified(fn);
  const names = users.flatMap(({ alias, version: of }) =>
    alias && of === version.version ? [alias.name] : [],
  );
  // The error is AWS's (DeleteFunction), its words are a guess.
  if (names.length > 0)
    throw conflict(`Version ${version.version} cannot be deleted: aliases use it: ${names.join(', ')}`);
  functions.remove(version);
}

function targetOf(functions: Functions, fn: LambdaFunction, version: string): LambdaFunction {
  if (version === '$LATEST') return fn;
  if (!/^[0-9]+$/.test(version)) {
    const constraint = 'Member must satisfy regular expression pattern: (\\$LATEST|[0-9]+)';
    throw constraintBroken(version, 'functionVersion', constraint);
  }
  const found = functions.find(`${fn.arn}:${version}`);
  if (found === undefined) throw functionNotFound(`${fn.arn}:${version}`);
  return found;
}

function readName(input: Input): string {
  const name = requiredText(input, 'Name');
  if (/^(?!^[0-9]+$)[a-zA-Z0-9-_]{1,128}$/.test(name)) return name;
  const constraint = 'Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)';
  throw constraintBroken(name, 'name', constraint);
}

function refuseWeights(operation: string, input: Input): void {
  const routing = optionalStructure(input, 'RoutingConfig') ?? {};
  const weights = optionalStructure(routing, 'AdditionalVersionWeights') ?? {};
  if (Object.keys(weights).length > 0)
    throw notServed(`${operation} with RoutingConfig.AdditionalVersionWeights`);
}

function isSame(version: LambdaFunction, fn: LambdaFunction): boolean {
  const shown = ({ bundle, settings: { description: _own, ...settings } }: LambdaFunction) =>
    JSON.stringify([bundle.sha256, settings]);
  return shown(version) === shown(fn);
}

function showAlias(entry: LambdaFunction): Output {
  return {
    AliasArn: entry.arn,
    Name: entry.alias?.name,
    FunctionVersion: entry.version,
    Description: entry.alias?.description,
    RevisionId: entry.revision,
  };
}

function paged(input: Input, name: string, all: readonly Output[]): Output {
  const start = optionalInteger({ at: Number(optionalText(input, 'Marker') ?? 0) }, 'at', 0, all.length) ?? 0;
  const end = start + Math.min(optionalInteger(input, 'MaxItems', 1, 10_000) ?? LIST_MAX, LIST_MAX);
  return { [name]: all.slice(start, end), ...(end < all.length ? { NextMarker: String(end) } : {}) };
}
