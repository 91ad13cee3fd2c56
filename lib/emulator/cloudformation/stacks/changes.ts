/** What an update would do, told before it is done: the changes of a change set. */
import { isDeepStrictEqual } from 'node:util';
import type { Input } from '../../service.ts';
import type { StackState } from '../apply.ts';
import type { StackBook } from '../book.ts';
import type { PlannedResource, PlannedStack } from '../plan.ts';
import { resolve } from '../resolve.ts';
import { toScope } from '../scope.ts';
import { isRecord, LATER } from '../shape.ts';
import { isUnresolved, toChanged } from '../step.ts';
import { validationError } from './plan-stack.ts';
import type { StackRequest } from './record.ts';

/** Attributes of resources besides their properties that an update takes over. */
const ATTRIBUTES = ['Metadata', 'DeletionPolicy', 'UpdateReplacePolicy'];

/** The resources that an update adds, changes and removes, as DescribeChangeSet shows them. */
export function toChanges(
  planned: PlannedStack,
  before: StackRequest | undefined,
  book: StackBook,
): readonly Input[] {
  const state = book.stacks.get(planned.key);
  refuseOtherTypes(planned, state);
  const anew = new Set<string>();
  const changes: Input[] = [];
  for (const resource of planned.planned) {
    const change = toChange(resource, planned, state, before, anew, book);
    if (change !== undefined) changes.push({ Type: 'Resource', ResourceChange: change });
  }
  const wanted = new Set(planned.planned.map(({ logicalId }) => logicalId));
  for (const [logicalId, { provider, made, retained }] of state?.resources ?? []) {
    if (wanted.has(logicalId)) continue;
    const removed = { LogicalResourceId: logicalId, PhysicalResourceId: made.physicalId };
    const policyAction = retained ? 'Retain' : 'Delete';
    changes.push({
      Type: 'Resource',
      ResourceChange: {
        ...{ Action: 'Remove', ...removed, ResourceType: provider.type, PolicyAction: policyAction },
        ...{ Scope: [], Details: [] },
      },
    });
  }
  return changes;
}

/** Whether a request asks for anything that is not so already. */
export function isUpdate(
  changes: readonly Input[],
  request: StackRequest,
  before: StackRequest | undefined,
): boolean {
  if (changes.length > 0 || before === undefined) return true;
  return !(
    isDeepStrictEqual(request.template.Outputs, before.template.Outputs) &&
    isDeepStrictEqual(request.parameters, before.parameters) &&
    isDeepStrictEqual(request.tags, before.tags) &&
    isDeepStrictEqual(request.notificationArns, before.notificationArns)
  );
}

/** What a template says of a resource beside its type and properties. */
function written(template: Input | undefined, logicalId: string): Input {
  const resources = template?.Resources;
  const resource = isRecord(resources) ? resources[logicalId] : undefined;
  return isRecord(resource) ? resource : {};
}

function toChange(
  resource: PlannedResource,
  planned: PlannedStack,
  state: StackState | undefined,
  before: StackRequest | undefined,
  anew: Set<string>,
  book: StackBook,
): Input | undefined {
  const { logicalId, provider } = resource;
  const existing = state?.resources.get(logicalId);
  if (existing === undefined) {
    anew.add(logicalId);
    const added = { Action: 'Add', LogicalResourceId: logicalId, ResourceType: provider.type };
    return { ...added, Scope: [], Details: [] };
  }
  const resolved = resolveNow(resource, planned, state, anew, book);
  const changed = toChanged(existing.resolved, resolved);
  const properties = [...changed].sort().map((name) => {
    const value = isRecord(resolved) ? resolved[name] : undefined;
    // A value that waits for another resource may come out as it was.
    const uncertain = isUnresolved(value);
    const always = provider.replacedBy.includes(name);
    return { name, uncertain, recreation: always ? (uncertain ? 'Conditionally' : 'Always') : 'Never' };
  });
  const old = written(before?.template, logicalId);
  const now = written(planned.artifact.template, logicalId);
  const attributes = ATTRIBUTES.filter((name) => !isDeepStrictEqual(old[name], now[name]));
  if (properties.length === 0 && attributes.length === 0) return undefined;
  const replacement = properties.some(({ recreation }) => recreation === 'Always')
    ? 'True'
    : properties.some(({ recreation }) => recreation === 'Conditionally')
      ? 'Conditional'
      : 'False';
  if (replacement !== 'False') anew.add(logicalId);
  return {
    ...{ Action: 'Modify', LogicalResourceId: logicalId, PhysicalResourceId: existing.made.physicalId },
    ...{ ResourceType: provider.type, Replacement: replacement },
    Scope: [...(properties.length > 0 ? ['Properties'] : []), ...attributes],
    Details: [
      ...properties.map(({ name, uncertain, recreation }) => ({
        Target: { Attribute: 'Properties', Name: name, RequiresRecreation: recreation },
        Evaluation: uncertain ? 'Dynamic' : 'Static',
        ChangeSource: 'DirectModification',
      })),
      ...attributes.map((name) => ({
        Target: { Attribute: name, RequiresRecreation: 'Never' },
        Evaluation: 'Static',
        ChangeSource: 'DirectModification',
      })),
    ],
  };
}

/** The properties as far as they are known before the update: what will be made anew is not. */
function resolveNow(
  resource: PlannedResource,
  planned: PlannedStack,
  state: StackState | undefined,
  anew: ReadonlySet<string>,
  book: StackBook,
): unknown {
  const scope = toScope(planned.facts, {
    resource(logicalId) {
      const found = state?.resources.get(logicalId);
      if (found === undefined || anew.has(logicalId)) return { state: 'unserved' };
      const { type, attributes } = found.provider;
      return { state: 'made', made: found.made, type, attributes };
    },
    exported: (name) => ({ value: exportedValue(book, planned, name) }),
    output: (of) => ({
      value: book.stacks
        .get(`${of.account ?? planned.facts.account}/${of.region}/${of.stack}`)
        ?.outputs.get(of.output),
    }),
    problem: () => undefined,
  });
  return resolve(resource.written.properties, '', scope);
}

function exportedValue(book: StackBook, { facts }: PlannedStack, name: string): unknown {
  for (const stack of book.stacks.values()) {
    const near = stack.facts.account === facts.account && stack.facts.region === facts.region;
    const value = near ? stack.exports.get(name) : undefined;
    if (value !== undefined) return value;
  }
  return LATER;
}

function refuseOtherTypes(planned: PlannedStack, state: StackState | undefined): void {
  const others = planned.planned
    .filter(({ logicalId, provider }) => {
      const existing = state?.resources.get(logicalId);
      return existing !== undefined && existing.provider.type !== provider.type;
    })
    .map(({ logicalId }) => logicalId);
  if (others.length === 0) return;
  throw validationError(
    'Update of resource type is not permitted. The new template modifies resource type of the following ' +
      `resources: [${others.join(', ')}]`,
  );
}
