/** The functions of all accounts and regions, and the operations of the API on them. */
import type { Clock } from '../clock.ts';
import type { Caller, Input, Output } from '../service.ts';
import { baseArn, functionArn, functionNameOf, resolveFunction } from './arn.ts';
import { asyncOperations } from './async-settings.ts';
import type { Bundle } from './bundle.ts';
import { type CodeOptions, readCode } from './code.ts';
import { conflict, constraintBroken, functionNotFound, invalidParameter } from './errors.ts';
import { createFunction, type LambdaFunction, showFunction } from './function.ts';
import {
  checkRevision,
  optionalChoice,
  optionalInteger,
  optionalStructure,
  optionalText,
  optionalTextMap,
  refuseMembers,
  requiredText,
} from './input.ts';
import { ACCOUNT_CONCURRENCY, UNRESERVED_MIN } from './limits.ts';
import { uuid } from './lineage.ts';
import { readSettings } from './settings.ts';
import { deleteVersion, publish, versionOperations } from './versions.ts';

/** One operation of the API. */
export type Operation = (input: Input, caller: Caller) => Output | Promise<Output>;

/** What the functions work with. */
export interface FunctionsOptions extends CodeOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly concurrency?: number;
  /** Says whether code of this process is registered under the name. */
  readonly isInline: (name: string) => boolean;
  /** Called when no later invocation may use what an environment was started from. */
  readonly retire: (arn: string) => void;
}

const LIST_MAX = 50;

/** Holds the functions; `operations` answers the API. */
export class Functions {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #options: FunctionsOptions;
  readonly #functions = new Map<string, LambdaFunction>();

  constructor(options: FunctionsOptions) {
    this.#options = options;
    this.operations = {
      CreateFunction: (input, caller) => this.#create(input, caller),
      UpdateFunctionCode: (input, caller) => this.#updateCode(input, caller),
      UpdateFunctionConfiguration: (input, caller) => this.#updateConfiguration(input, caller),
      GetFunction: (input, caller) => showWhole(this.resolve(input, caller)),
      GetFunctionConfiguration: (input, caller) => showFunction(this.resolve(input, caller)),
      ListFunctions: (input, caller) => this.#list(input, caller),
      DeleteFunction: (input, caller) => this.#delete(input, caller),
      PutFunctionConcurrency: (input, caller) => this.#putConcurrency(input, caller),
      GetFunctionConcurrency: (input, caller) => showConcurrency(this.resolve(input, caller)),
      DeleteFunctionConcurrency: (input, caller) => this.#deleteConcurrency(input, caller),
      PutFunctionRecursionConfig: (input, caller) => this.#putRecursion(input, caller),
      GetFunctionRecursionConfig: (input, caller) => ({
        RecursiveLoop: this.resolve(input, caller).recursiveLoop,
      }),
      ...asyncOperations((input, caller) => this.resolve(input, caller), options.clock),
      ...versionOperations(this, options),
    };
  }

  find(arn: string): LambdaFunction | undefined {
    return this.#functions.get(arn);
  }

  /** Finds what a caller names, or throws ResourceNotFoundException. */
  resolve(input: Input, caller: Caller): LambdaFunction {
    const arn = resolveFunction(
      requiredText(input, 'FunctionName'),
      caller,
      optionalText(input, 'Qualifier'),
    );
    const fn = this.#functions.get(arn);
    if (fn === undefined) throw functionNotFound(arn);
    return fn;
  }

  /** Finds a function itself; versions and aliases cannot be changed like one. */
  latest(input: Input, caller: Caller): LambdaFunction {
    const written = requiredText(input, 'FunctionName');
    const arn = resolveFunction(written, caller);
    // AWS's own words for this are not recorded.
    if (arn !== baseArn(arn)) throw invalidParameter(`${written} is a version or an alias of a function.`);
    return this.resolve({ FunctionName: written }, caller);
  }

  /** Functions, versions and aliases. */
  all(): readonly LambdaFunction[] {
    return [...this.#functions.values()];
  }

  /** The functions themselves. */
  unqualified(): readonly LambdaFunction[] {
    return this.all().filter((fn) => fn.arn === baseArn(fn.arn));
  }

  /** The versions and aliases of a function. */
  qualified(fn: LambdaFunction): LambdaFunction[] {
    return this.all().filter((each) => each !== fn && baseArn(each.arn) === fn.arn);
  }

  remove(fn: LambdaFunction): void {
    this.#functions.delete(fn.arn);
    this.#options.retire(fn.arn);
  }

  /** Lets an alias name another version. */
  repoint(entry: LambdaFunction, target: LambdaFunction, alias: LambdaFunction['alias']): void {
    const { bundle, recursiveLoop, settings, version } = target;
    Object.assign(entry, { alias, bundle, recursiveLoop, settings, version });
    this.#touch(entry);
  }

  /** Those that a bare name or an ARN means, in any account and region. */
  named(nameOrArn: string): readonly LambdaFunction[] {
    return this.all().filter((fn) => fn.name === nameOrArn || fn.arn === nameOrArn);
  }

  /** Puts in a finished entry: one that was kept, a version, an alias. */
  restore(fn: LambdaFunction): void {
    this.#functions.set(fn.arn, fn);
  }

  /** Gives a function new code. */
  reload(fn: LambdaFunction, bundle: Bundle): void {
    fn.bundle = bundle;
    this.#touch(fn);
  }

  #touch(fn: LambdaFunction): void {
    fn.revision = uuid(this.#options.random);
    fn.modifiedAt = this.#options.clock.now();
    this.#options.retire(fn.arn);
  }

  #create(input: Input, caller: Caller): Output {
    const written = requiredText(input, 'FunctionName');
    const { account, region } = caller;
    const name = functionNameOf(resolveFunction(written, caller));
    const arn = functionArn(account, region, name);
    refuseMembers('CreateFunction', input, ['PublishTo', 'CodeSigningConfigArn']);
    const settings = readSettings('CreateFunction', name, input);
    const code = optionalStructure(input, 'Code');
    if (code === undefined) throw constraintBroken(undefined, 'code', 'Member must not be null');
    const bundle = readCode(code, name, this.#options.isInline(name), this.#options);
    if (this.#functions.has(arn)) throw conflict(`Function already exist: ${name}`);
    const tags = optionalTextMap(input, 'Tags') ?? {};
    const fn = createFunction({
      account,
      region,
      name,
      settings,
      bundle,
      tags,
      revision: uuid(this.#options.random),
      at: this.#options.clock.now(),
    });
    this.#functions.set(arn, fn);
    return this.#published(fn, input);
  }

  #updateCode(input: Input, caller: Caller): Output {
    const fn = this.latest(input, caller);
    checkRevision(fn, input);
    refuseMembers('UpdateFunctionCode', input, ['PublishTo', 'ImageUri']);
    const bundle = readCode(input, fn.name, this.#options.isInline(fn.name), this.#options);
    const settings = readSettings('UpdateFunctionCode', fn.name, pick(input, 'Architectures'), fn.settings);
    if (input.DryRun === true) {
      return { ...showFunction(fn), CodeSha256: bundle.sha256, CodeSize: bundle.sizeBytes };
    }
    fn.settings = settings;
    this.reload(fn, bundle);
    return this.#published(fn, input);
  }

  #published(fn: LambdaFunction, input: Input): Output {
    if (input.Publish !== true) return showFunction(fn);
    return showFunction(publish(this, fn, {}, this.#options));
  }

  #updateConfiguration(input: Input, caller: Caller): Output {
    const fn = this.latest(input, caller);
    checkRevision(fn, input);
    fn.settings = readSettings('UpdateFunctionConfiguration', fn.name, input, fn.settings);
    this.#touch(fn);
    return showFunction(fn);
  }

  #list(input: Input, caller: Caller): Output {
    refuseMembers('ListFunctions', input, ['MasterRegion']);
    const max = Math.min(optionalInteger(input, 'MaxItems', 1, 10_000) ?? LIST_MAX, LIST_MAX);
    const after = optionalText(input, 'Marker') ?? '';
    const mine = this.unqualified()
      .filter((fn) => fn.account === caller.account && fn.region === caller.region && fn.name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const page = mine.slice(0, max);
    const last = page.at(-1);
    return {
      Functions: page.map(showFunction),
      ...(last !== undefined && mine.length > page.length ? { NextMarker: last.name } : {}),
    };
  }

  #delete(input: Input, caller: Caller): Output {
    if (optionalText(input, 'Qualifier') === '$LATEST') {
      throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
    }
    const fn = this.resolve(input, caller);
    if (fn.arn !== baseArn(fn.arn)) deleteVersion(this, fn);
    else for (const each of [...this.qualified(fn), fn]) this.remove(each);
    return { StatusCode: 204 };
  }

  #putConcurrency(input: Input, caller: Caller): Output {
    const fn = this.latest(input, caller);
    const reserved = optionalInteger(input, 'ReservedConcurrentExecutions', 0, Number.MAX_SAFE_INTEGER);
    if (reserved === undefined) {
      throw constraintBroken(undefined, 'reservedConcurrentExecutions', 'Member must not be null');
    }
    const others = this.all()
      .filter((each) => each !== fn && each.account === fn.account && each.region === fn.region)
      .reduce((sum, each) => sum + (each.reservedConcurrency ?? 0), 0);
    if (reserved + others > (this.#options.concurrency ?? ACCOUNT_CONCURRENCY) - UNRESERVED_MIN) {
      throw invalidParameter(
        "Specified ReservedConcurrentExecutions for function decreases account's " +
          `UnreservedConcurrentExecution below its minimum value of [${UNRESERVED_MIN}].`,
      );
    }
    fn.reservedConcurrency = reserved;
    return showConcurrency(fn);
  }

  #deleteConcurrency(input: Input, caller: Caller): Output {
    this.latest(input, caller).reservedConcurrency = undefined;
    return {};
  }

  #putRecursion(input: Input, caller: Caller): Output {
    const fn = this.latest(input, caller);
    const loop = optionalChoice(input, 'RecursiveLoop', ['Allow', 'Terminate']);
    if (loop === undefined) throw constraintBroken(undefined, 'recursiveLoop', 'Member must not be null');
    // It is the function's, whatever qualifier it is invoked by.
    for (const each of [fn, ...this.qualified(fn)]) each.recursiveLoop = loop;
    return { RecursiveLoop: loop };
  }
}

function showWhole(fn: LambdaFunction): Output {
  const { folder } = fn.bundle;
  return {
    Configuration: showFunction(fn),
    Code: folder === undefined ? {} : { RepositoryType: 'S3', Location: `file://${folder}` },
    ...(Object.keys(fn.tags).length === 0 ? {} : { Tags: fn.tags }),
    ...(fn.reservedConcurrency === undefined ? {} : { Concurrency: showConcurrency(fn) }),
  };
}

function showConcurrency(fn: LambdaFunction): Output {
  return fn.reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: fn.reservedConcurrency };
}

function pick(input: Input, member: string): Input {
  return { [member]: input[member] };
}
