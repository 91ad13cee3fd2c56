/**
 * From a synthesized app to a plan: every stack and resource checked and in order, before anything is
 * created.
 */

import { toRefusal } from './accepted.ts';
import type { Assembly } from './assembly.ts';
import { type Draft, type PlanOptions, toDraft } from './draft.ts';
import { toOrder } from './order.ts';
import type { Problem } from './problem.ts';
import type { Provider } from './provider.ts';
import { type Loaded, type Providers, type References, resolveLater } from './reference.ts';
import type { Ignored } from './report.ts';
import type { Notices } from './shape.ts';
import type { TemplateResource } from './template.ts';

export interface PlannedResource {
  readonly logicalId: string;
  readonly provider: Provider<object>;
  readonly written: TemplateResource;
  readonly needs: ReadonlySet<string>;
  /** The name that the template gives it. */
  readonly name?: string;
}

export interface PlannedStack extends Draft {
  /** What is needed comes first. */
  readonly planned: readonly PlannedResource[];
  /** Keys of the stacks of this plan that come first. */
  readonly needs: ReadonlySet<string>;
}

export interface Plan {
  /** What is needed comes first. */
  readonly stacks: readonly PlannedStack[];
  readonly ignored: readonly Ignored[];
  readonly problems: readonly Problem[];
}

interface Planning extends References {
  readonly assembly: Assembly;
  readonly problems: Problem[];
  readonly ignored: Ignored[];
  /** Physical names that the template gives, by type and place. */
  readonly names: Map<string, string>;
}

/** Plans an assembly. With problems in it, a plan is not to be carried out. */
export function toPlan(assembly: Assembly, options: PlanOptions, providers: Providers, loaded: Loaded): Plan {
  const problems = [...assembly.problems];
  const drafts = new Map<string, Draft>();
  for (const artifact of assembly.stacks) {
    const draft = toDraft(artifact, options, problems);
    if (drafts.has(draft.key)) {
      problems.push({
        code: 'NAME_TAKEN',
        stack: draft.facts.name,
        message: `two stacks of the app are ${draft.key}`,
      });
    }
    drafts.set(draft.key, draft);
  }
  const planning: Planning = {
    ...{ drafts, providers, loaded, assembly, problems },
    ...{ ignored: [], stackNeeds: new Map(), names: new Map() },
  };
  const stacks = new Map([...drafts.values()].map((draft) => [draft.key, planStack(draft, planning)]));
  return { stacks: inOrder(stacks, planning), ignored: planning.ignored, problems };
}

function planStack(draft: Draft, planning: Planning): PlannedStack {
  const planned = new Map<string, PlannedResource>();
  for (const [logicalId, written] of draft.resources) {
    const resource = planResource(draft, logicalId, written, planning);
    if (resource !== undefined) planned.set(logicalId, resource);
  }
  const { sorted, cycles } = toOrder([...planned.keys()], (logicalId) => planned.get(logicalId)?.needs ?? []);
  for (const cycle of cycles) {
    const message = `these resources need each other: ${cycle.join(' → ')}`;
    planning.problems.push({ code: 'CYCLE', stack: draft.facts.name, message });
  }
  for (const [name, output] of draft.outputs) {
    const path = `Outputs.${name}`;
    resolveLater(draft, output.value, path, planning, (code, property, message) => {
      planning.problems.push({ code, stack: draft.facts.name, property: property || path, message });
    });
  }
  const ids = new Map([...planning.drafts.values()].map((other) => [other.artifact.id, other.key]));
  return {
    ...draft,
    planned: sorted.flatMap((logicalId) => planned.get(logicalId) ?? []),
    needs: new Set([
      ...draft.artifact.needs.flatMap((id) => ids.get(id) ?? []),
      ...(planning.stackNeeds.get(draft.key) ?? []),
    ]),
  };
}

function planResource(
  draft: Draft,
  logicalId: string,
  written: TemplateResource,
  planning: Planning,
): PlannedResource | undefined {
  const { type } = written;
  const stack = draft.facts.name;
  const provider = planning.providers.get(type);
  const report = (code: Problem['code'], property: string, message: string): void => {
    planning.problems.push({ code, stack, logicalId, type, property, message });
  };
  if (provider === undefined) {
    const refusal = toRefusal(type);
    if (refusal === undefined) report('TYPE_UNKNOWN', '', 'the emulator does not know this resource type');
    else report('TYPE_REFUSED', '', refusal);
  }
  const { value, needs } = resolveLater(
    draft,
    written.properties,
    '',
    planning,
    (code, property, message) => {
      // Without effect, only a wrong reference is a mistake: it would fail on AWS too.
      if (provider?.effectless === undefined || code === 'REFERENCE_UNKNOWN') report(code, property, message);
    },
  );
  for (const need of written.dependsOn) {
    if (draft.resources.has(need)) needs.add(need);
    else if (!draft.omitted.has(need))
      report('REFERENCE_UNKNOWN', 'DependsOn', `there is no resource '${need}' in this stack`);
  }
  if (provider === undefined) return undefined;
  if (provider.effectless !== undefined)
    planning.ignored.push({ stack, logicalId, type, reason: provider.effectless });
  checkProperties(provider, value, draft, planning, {
    unknown: (property, message) => report('PROPERTY_UNKNOWN', property, message),
    invalid: (property, message) => report('PROPERTY_INVALID', property, message),
    ignored: (property, reason) => planning.ignored.push({ stack, logicalId, type, property, reason }),
  });
  const name = toGivenName(provider, value);
  if (name !== undefined) claimName(draft, provider.type, name, `${stack}/${logicalId}`, planning, report);
  return { logicalId, provider, written, needs, ...(name === undefined ? {} : { name }) };
}

function checkProperties(
  provider: Provider<object>,
  value: unknown,
  draft: Draft,
  planning: Planning,
  notices: Notices,
): void {
  const properties = provider.properties.read(value, '', notices);
  if (properties === undefined) return;
  const { account, region } = draft.facts;
  provider.check?.(properties, notices, {
    account,
    region,
    asset: (key) => planning.assembly.assets.get(key),
    stored: planning.assembly.stored,
  });
}

function toGivenName(provider: Provider<object>, properties: unknown): string | undefined {
  if (provider.nameProperty === undefined) return undefined;
  const name: unknown = Object(properties)[provider.nameProperty];
  return typeof name === 'string' ? name : undefined;
}

function claimName(
  draft: Draft,
  type: string,
  name: string,
  owner: string,
  planning: Planning,
  report: (code: Problem['code'], property: string, message: string) => void,
): void {
  const key = `${draft.facts.account}/${draft.facts.region}/${type}/${name}`;
  const other = planning.names.get(key);
  if (other !== undefined) report('NAME_TAKEN', '', `the name '${name}' is also that of ${other}`);
  planning.names.set(key, owner);
}

function inOrder(stacks: ReadonlyMap<string, PlannedStack>, planning: Planning): readonly PlannedStack[] {
  const { sorted, cycles } = toOrder([...stacks.keys()], (key) => stacks.get(key)?.needs ?? []);
  for (const cycle of cycles) {
    planning.problems.push({ code: 'CYCLE', message: `these stacks need each other: ${cycle.join(' → ')}` });
  }
  return sorted.flatMap((key) => stacks.get(key) ?? []);
}
