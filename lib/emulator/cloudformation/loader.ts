/**
 * The CloudFormation loader: creates what a synthesized app describes, and on the next load applies the
 * difference. It checks everything first; with one mistake in any stack nothing is touched, and all mistakes
 * are reported together.
 */
import { resolve as toAbsolute } from 'node:path';
import { createRealClock } from '../clock.ts';
import type { Caller, Input, Output } from '../service.ts';
import { applyPlan, findExport, type StackState, type Stacks } from './apply.ts';
import { readAssembly } from './assembly.ts';
import type { StackBook } from './book.ts';
import { type Plan, toPlan } from './plan.ts';
import { TemplateError } from './problem.ts';
import { providers } from './providers.ts';
import type { LoadReport } from './report.ts';
import { noteLoad } from './stacks/note-load.ts';
import { type Host, toContext } from './step.ts';

/** What templates are given, and where they are loaded. */
export interface LoadOptions {
  /** Values of template parameters, by `Name` or `Stack:Name`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The account of stacks that name none. @default '000000000000' */
  readonly account?: string;
  /** The region of stacks that name none. @default 'us-east-1' */
  readonly region?: string;
}

export interface LoaderHost {
  call(
    service: string,
    operation: string,
    input: Input,
    caller: Pick<Caller, 'account' | 'region'>,
  ): Promise<Output>;
  /**
   * Where resources are reached; asked at each load, after the plan was found right and before anything is
   * made. `functions` says whether the app has functions, which have to reach it.
   */
  endpoint(functions: boolean): Promise<string>;
  /** Says whether an object is in the emulated S3. */
  stored(bucket: string, key: string): boolean;
  /** Reads Parameter Store. */
  parameter(place: Pick<Caller, 'account' | 'region'>, name: string): string | undefined;
  /** The time of the emulator. */
  now(): number;
}

export interface Loader {
  /** Loads or reloads a folder. Loads wait for one another. Rejects with a TemplateError. */
  load(folder: string, options?: LoadOptions): Promise<LoadReport>;
}

/** Makes a loader that has loaded nothing. */
export function createLoader(host: LoaderHost, book: StackBook): Loader {
  const { stacks } = book;
  // Also of resources that are gone, since their deletion is told by the path they had.
  const paths = new Map<string, string>();

  async function load(folder: string, options: LoadOptions): Promise<LoadReport> {
    // How long a load takes is of interest in the machine's time, whatever time the emulator is on.
    const started = createRealClock().now();
    const source = toAbsolute(folder);
    const assembly = await readAssembly(source, host.stored);
    const { account = '000000000000', region = 'us-east-1', parameters = {} } = options;
    const { incarnation } = book.records;
    const planning = { account, region, parameters, incarnation, stored: host.parameter };
    const plan = toPlan(assembly, planning, providers, {
      exported: (inAccount, inRegion, name) => findExport(others(stacks, source), inAccount, inRegion, name),
      output: (key, name) => others(stacks, source).get(key)?.outputs.get(name),
    });
    if (plan.problems.length > 0) throw new TemplateError(plan.problems, false);
    const carrier = { ...toCarrier(host, book), assets: assembly.assets };
    await reach(host, book, source, hasFunctions(plan.stacks), carrier);
    const { changes, problems } = await applyPlan(plan, source, stacks, carrier);
    noteLoad(book, plan, changes, problems, host.now());
    if (problems.length > 0) throw new TemplateError(problems, true);
    for (const { artifact } of plan.stacks) {
      for (const [logicalId, path] of artifact.paths) paths.set(`${artifact.name}/${logicalId}`, path);
    }
    const states = plan.stacks.flatMap((planned) => stacks.get(planned.key) ?? []);
    const told = changes.map((change) => {
      const path = paths.get(`${change.stack}/${change.logicalId}`);
      return path === undefined ? change : { ...change, path };
    });
    return {
      ...toReport(states),
      changes: told,
      ignored: plan.ignored,
      ms: createRealClock().now() - started,
    };
  }

  return {
    load: (folder, options = {}) => book.exclusive(() => load(folder, options)),
  };
}

/** What carrying out a plan needs of the emulator, without the assets of an app. */
export function toCarrier(host: LoaderHost, book: StackBook): Host {
  return { call: host.call, stored: host.stored, folder: book.folders.make, assets: new Map() };
}

/** Makes sure that resources can be reached, and reads again what depends on where when that has changed. */
export async function reach(
  host: LoaderHost,
  book: StackBook,
  source: string,
  functions: boolean,
  carrier: Host,
): Promise<void> {
  const endpoint = await host.endpoint(functions);
  if (book.endpoints.get(source) !== endpoint) await refresh(book.stacks, source, carrier);
  book.endpoints.set(source, endpoint);
}

// Stacks of this folder are in the plan, or are about to be deleted.
function others(stacks: Stacks, source: string): Stacks {
  return new Map([...stacks].filter(([, stack]) => stack.source !== source));
}

/** Whether there are functions, which have to reach the emulator. */
export function hasFunctions(stacks: Plan['stacks']): boolean {
  return stacks.some((stack) =>
    stack.planned.some((resource) => resource.provider.type === 'AWS::Lambda::Function'),
  );
}

async function refresh(stacks: Stacks, source: string, host: Host): Promise<void> {
  for (const stack of stacks.values()) {
    if (stack.source !== source) continue;
    for (const [logicalId, state] of stack.resources) {
      const context = toContext(stack.facts, logicalId, state.generation, host);
      const made = await state.provider.refresh?.(state.made, context);
      if (made !== undefined) stack.resources.set(logicalId, { ...state, made });
    }
  }
}

function toReport(states: readonly StackState[]): Pick<LoadReport, 'stacks' | 'resources'> {
  return {
    stacks: states.map(({ facts, outputs }) => ({
      name: facts.name,
      account: facts.account,
      region: facts.region,
      outputs: Object.fromEntries(outputs),
    })),
    resources: states.flatMap((stack) =>
      [...stack.resources.values()]
        .filter((state) => state.provider.effectless === undefined)
        .map((state) => ({
          stack: stack.facts.name,
          logicalId: state.logicalId,
          type: state.provider.type,
          physicalId: state.made.physicalId,
        })),
    ),
  };
}
