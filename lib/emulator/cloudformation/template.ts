/**
 * A template's outline: which sections and which resource attributes there are, and nothing else than the
 * emulator honours.
 */
import type { ProblemCode } from './problem.ts';
import { isRecord } from './shape.ts';

type Json = Readonly<Record<string, unknown>>;

export interface TemplateResource {
  readonly type: string;
  readonly properties: Json;
  readonly dependsOn: readonly string[];
  readonly condition?: string;
  /** What AWS would do with it when it leaves the template; a load deletes it and says so. */
  readonly retained: boolean;
  /** As written. */
  readonly deletionPolicy: string;
  /** Whether a resource that was replaced stays beside the new one. */
  readonly keptOnReplace: boolean;
}

export interface TemplateOutput {
  readonly value: unknown;
  readonly exportName?: unknown;
  readonly condition?: string;
}

export interface Template {
  readonly parameters: Json;
  readonly mappings: Json;
  readonly conditions: Json;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: ReadonlyMap<string, TemplateOutput>;
}

type Report = (code: ProblemCode, path: string, message: string) => void;

const SECTIONS: ReadonlySet<string> = new Set([
  ...['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Parameters', 'Mappings', 'Conditions'],
  ...['Resources', 'Outputs', 'Rules', 'Transform'],
]);
const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['Type', 'Properties', 'DependsOn', 'Condition', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata'],
]);

/** Reads the outline of a template. What the emulator does not honour is reported by its path. */
export function toTemplate(json: Json, report: Report): Template {
  for (const section of Object.keys(json)) {
    if (!SECTIONS.has(section))
      report('TEMPLATE_INVALID', section, 'the emulator does not serve this section');
  }
  checkRules(json.Rules, report);
  checkTransform(json.Transform, report);
  const resources = new Map<string, TemplateResource>();
  for (const [logicalId, resource] of entries(json, 'Resources', report)) {
    const read = toResource(`Resources.${logicalId}`, resource, report);
    if (read !== undefined) resources.set(logicalId, read);
  }
  const outputs = new Map<string, TemplateOutput>();
  for (const [name, output] of entries(json, 'Outputs', report)) {
    const read = toOutput(`Outputs.${name}`, output, report);
    if (read !== undefined) outputs.set(name, read);
  }
  return {
    parameters: Object.fromEntries(entries(json, 'Parameters', report)),
    mappings: Object.fromEntries(entries(json, 'Mappings', report)),
    conditions: Object.fromEntries(entries(json, 'Conditions', report)),
    resources,
    outputs,
  };
}

function toResource(path: string, value: unknown, report: Report): TemplateResource | undefined {
  if (!isRecord(value) || typeof value.Type !== 'string') {
    report('TEMPLATE_INVALID', path, 'has no Type');
    return undefined;
  }
  for (const attribute of Object.keys(value)) {
    if (!ATTRIBUTES.has(attribute)) {
      report(
        'TEMPLATE_INVALID',
        `${path}.${attribute}`,
        'the emulator does not serve this resource attribute',
      );
    }
  }
  if (value.Properties !== undefined && !isRecord(value.Properties)) {
    report('TEMPLATE_INVALID', `${path}.Properties`, 'must be an object');
  }
  const needs = typeof value.DependsOn === 'string' ? [value.DependsOn] : (value.DependsOn ?? []);
  if (!Array.isArray(needs) || !needs.every((need) => typeof need === 'string')) {
    report('TEMPLATE_INVALID', `${path}.DependsOn`, 'must be a logical id or a list of them');
  }
  return {
    type: value.Type,
    properties: isRecord(value.Properties) ? value.Properties : {},
    dependsOn: Array.isArray(needs) ? needs.filter((need) => typeof need === 'string') : [],
    ...(typeof value.Condition === 'string' ? { condition: value.Condition } : {}),
    retained: String(value.DeletionPolicy ?? 'Delete').startsWith('Retain'),
    deletionPolicy: String(value.DeletionPolicy ?? 'Delete'),
    keptOnReplace: value.UpdateReplacePolicy === 'Retain',
  };
}

function toOutput(path: string, value: unknown, report: Report): TemplateOutput | undefined {
  if (!isRecord(value) || !('Value' in value)) {
    report('TEMPLATE_INVALID', path, 'has no Value');
    return undefined;
  }
  return {
    value: value.Value,
    ...(isRecord(value.Export) ? { exportName: value.Export.Name } : {}),
    ...(typeof value.Condition === 'string' ? { condition: value.Condition } : {}),
  };
}

function entries(json: Json, section: string, report: Report): readonly (readonly [string, unknown])[] {
  const value = json[section];
  if (value === undefined) return [];
  if (isRecord(value)) return Object.entries(value);
  report('TEMPLATE_INVALID', section, 'must be an object');
  return [];
}

// CDK's own rule asks for the version of a bootstrap stack; there is none to ask here.
function checkRules(rules: unknown, report: Report): void {
  for (const rule of Object.keys(isRecord(rules) ? rules : {})) {
    if (rule === 'CheckBootstrapVersion') continue;
    report('TEMPLATE_INVALID', `Rules.${rule}`, 'the emulator does not evaluate rules');
  }
}

// AWS::LanguageExtensions only allows what is served anyway (Fn::Length, Fn::ToJsonString, defaults of
// Fn::FindInMap).
function checkTransform(transform: unknown, report: Report): void {
  for (const name of transform === undefined ? [] : [transform].flat()) {
    if (name === 'AWS::LanguageExtensions') continue;
    report(
      'TEMPLATE_INVALID',
      'Transform',
      `the emulator does not serve the transform ${JSON.stringify(name)}`,
    );
  }
}
