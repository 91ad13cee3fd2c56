/** One stack before its resources are looked at: its outline, parameters, conditions, outputs and exports. */
import type { StackArtifact } from './assembly.ts';
import { toConditions } from './condition.ts';
import { toUuid } from './name.ts';
import { toParameters } from './parameter.ts';
import type { Problem, ProblemCode } from './problem.ts';
import { type Found, resolve } from './resolve.ts';
import { type StackFacts, type Surroundings, toScope } from './scope.ts';
import { type Template, type TemplateOutput, type TemplateResource, toTemplate } from './template.ts';

/** Where stacks go that do not say it themselves, and what their parameters are. */
export interface PlanOptions {
  readonly account: string;
  readonly region: string;
  /** By `Name`, or by `Stack:Name` for one stack only. */
  readonly parameters: Readonly<Record<string, string>>;
  /**
   * How often a stack of this key was deleted: the next one has another id, and other names in it. @default 0
   */
  readonly incarnation?: (stackKey: string) => number;
  /** Reads Parameter Store. */
  readonly stored?: (
    place: { readonly account: string; readonly region: string },
    name: string,
  ) => string | undefined;
}

export interface Draft {
  readonly artifact: StackArtifact;
  /** Account, region and name: what identifies a stack. */
  readonly key: string;
  readonly facts: StackFacts;
  /** Without those that a condition leaves out. */
  readonly resources: ReadonlyMap<string, TemplateResource>;
  /** Conditions by the logical ids that they leave out. */
  readonly omitted: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, TemplateOutput>;
  /** Outputs by the names under which they are exported. */
  readonly exports: ReadonlyMap<string, string>;
}

export function toStackKey(account: string, region: string, name: string): string {
  return `${account}/${region}/${name}`;
}

/** Reads one stack of an assembly. */
export function toDraft(artifact: StackArtifact, options: PlanOptions, problems: Problem[]): Draft {
  const { name } = artifact;
  const account = artifact.account ?? options.account;
  const region = artifact.region ?? options.region;
  const report = (code: ProblemCode, property: string, message: string): void => {
    problems.push({ code, stack: name, property, message });
  };
  const template = toTemplate(artifact.template, report);
  const parameters = toParameters(
    template.parameters,
    toGiven(artifact, options),
    (parameter, message) => report('PARAMETER_INVALID', `Parameters.${parameter}`, message),
    (parameter) => options.stored?.({ account, region }, parameter),
  );
  const incarnation = options.incarnation?.(toStackKey(account, region, name)) ?? 0;
  const identity = [account, region, name, ...(incarnation === 0 ? [] : [incarnation])] as const;
  const facts: StackFacts = {
    name,
    stackId: `arn:aws:cloudformation:${region}:${account}:stack/${name}/${toUuid(...identity)}`,
    incarnation,
    account,
    region,
    parameters,
    mappings: template.mappings,
    conditions: new Map(),
  };
  const conditions = toConditions(template.conditions, toScope(facts, alone(report)));
  return toDecided(artifact, { ...facts, conditions }, template, report);
}

type Report = (code: ProblemCode, property: string, message: string) => void;

function toDecided(artifact: StackArtifact, facts: StackFacts, template: Template, report: Report): Draft {
  const holds = (condition: string | undefined, property: string): boolean => {
    if (condition === undefined) return true;
    const decided = facts.conditions.get(condition);
    if (decided === undefined) report('INTRINSIC_INVALID', property, `there is no condition '${condition}'`);
    return decided ?? true;
  };
  const resources = new Map<string, TemplateResource>();
  const omitted = new Map<string, string>();
  for (const [logicalId, resource] of template.resources) {
    if (holds(resource.condition, `Resources.${logicalId}`)) resources.set(logicalId, resource);
    else omitted.set(logicalId, resource.condition ?? '');
  }
  const outputs = new Map(
    [...template.outputs].filter(([name, output]) => holds(output.condition, `Outputs.${name}`)),
  );
  const exports = new Map<string, string>();
  for (const [name, output] of outputs) {
    if (output.exportName === undefined) continue;
    const path = `Outputs.${name}.Export.Name`;
    const exported = resolve(output.exportName, path, toScope(facts, alone(report)));
    if (typeof exported === 'string') exports.set(exported, name);
  }
  return {
    artifact,
    key: toStackKey(facts.account, facts.region, facts.name),
    facts,
    resources,
    omitted,
    outputs,
    exports,
  };
}

/** Surroundings of what must be known before there are resources: conditions and the names of exports. */
function alone(report: Report): Surroundings {
  const early: Found = { problem: 'what another stack or a resource decides is not known here' };
  return { resource: () => undefined, exported: () => early, output: () => early, problem: report };
}

function toGiven(artifact: StackArtifact, options: PlanOptions): Readonly<Record<string, string>> {
  const given: Record<string, string> = { ...artifact.parameters };
  for (const [name, value] of Object.entries(options.parameters)) {
    if (!name.includes(':')) given[name] = value;
  }
  const own = `${artifact.name}:`;
  for (const [name, value] of Object.entries(options.parameters)) {
    if (name.startsWith(own)) given[name.slice(own.length)] = value;
  }
  return given;
}
