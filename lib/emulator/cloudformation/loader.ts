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
import { createFolders } from './folders.ts';
import { type Plan, toPlan } from './plan.ts';
import { TemplateError } from './problem.ts';
import { providers } from './providers.ts';
import type { LoadReport } from './report.ts';
import { type Host, toContext } from './step.ts';

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
}

export interface Loader {
  /** Loads or reloads a folder. Loads wait for one another. Rejects with a TemplateError. */
  load(folder: string, options?: LoadOptions): Promise<LoadReport>;
  /** Removes what the loader wrote to disk; the code of functions may be among it. */
  close(): Promise<void>;
}

/** Makes a loader that has loaded nothing. */
export function createLoader(host: LoaderHost): Loader {
  const stacks: Stacks = new Map();
  const endpoints = new Map<string, string>();
  // Also of resources that are gone, since their deletion is told by the path they had.
  const paths = new Map<string, string>();
  const folders = createFolders();
  let last: Promise<unknown> = Promise.resolve();

  async function load(folder: string, options: LoadOptions): Promise<LoadReport> {
    // How long a load takes is of interest in the machine's time, whatever time the emulator is on.
    const started = createRealClock().now();
    const source = toAbsolute(folder);
    const assembly = await readAssembly(source);
    const { account = '000000000000', region = 'us-east-1', parameters = {} } = options;
    const plan = toPlan(assembly, { account, region, parameters }, providers, {
      exported: (inAccount, inRegion, name) => findExport(others(stacks, source), inAccount, inRegion, name),
      output: (key, name) => others(stacks, source).get(key)?.outputs.get(name),
    });
    if (plan.problems.length > 0) throw new TemplateError(plan.problems, false);
    const endpoint = await host.endpoint(hasFunctions(plan));
    const carrier = { call: host.call, folder: folders.make, assets: assembly.assets };
    if (endpoints.get(source) !== endpoint) await refresh(stacks, source, carrier);
    endpoints.set(source, endpoint);
    const { changes, problems } = await applyPlan(plan, source, stacks, carrier);
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
    load(folder, options = {}) {
      const next = last.then(() => load(folder, options));
      // The next load starts when this one is over, however it ended; its caller gets the error.
      last = next.catch(() => undefined);
      return next;
    },
    close: folders.remove,
  };
}

// Stacks of this folder are in the plan, or are about to be deleted.
function others(stacks: Stacks, source: string): Stacks {
  return new Map([...stacks].filter(([, stack]) => stack.source !== source));
}

function hasFunctions(plan: Plan): boolean {
  return plan.stacks.some((stack) =>
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
