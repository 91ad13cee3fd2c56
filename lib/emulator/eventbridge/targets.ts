/** Putting, listing and removing the targets of rules. */
import type { Output } from '../service.ts';
import { list, pageOf, structure, texts } from './fields.ts';
import { TARGETS_A_REQUEST_MAX, TARGETS_MAX } from './limits.ts';
import { constraint, overLimit } from './refusal.ts';
import { type Call, ruleOf } from './state.ts';
import { readTarget } from './target.ts';

/** Adds targets, and replaces those whose id is known. */
export function putTargets(call: Call): Output {
  const given = list(call.input, 'Targets').map((item) => structure(item, 'Targets'));
  checkLength('targets', given.length);
  const targets = given.map((input, index) => readTarget(input, index + 1));
  const rule = ruleOf(call, 'Rule');
  const ids = new Set([...rule.targets.keys(), ...targets.map(({ id }) => id)]);
  if (ids.size > TARGETS_MAX) throw overLimit();
  for (const target of targets) rule.targets.set(target.id, target);
  return { FailedEntryCount: 0, FailedEntries: [] };
}

export function removeTargets(call: Call): Output {
  const ids = texts(call.input, 'Ids');
  checkLength('ids', ids.length);
  const rule = ruleOf(call, 'Rule');
  const unknown = ids.filter((id) => !rule.targets.delete(id));
  return {
    FailedEntryCount: unknown.length,
    FailedEntries: unknown.map((id) => ({
      TargetId: id,
      ErrorCode: 'ResourceNotFoundException',
      ErrorMessage: `Rule ${rule.name} does not have a target with the Id ${id}.`,
    })),
  };
}

export function listTargetsByRule(call: Call): Output {
  const rule = ruleOf(call, 'Rule');
  return pageOf(
    call.input,
    'Targets',
    [...rule.targets.values()].map(({ shown }) => shown),
  );
}

function checkLength(at: string, length: number): void {
  if (length < 1) throw constraint('[]', at, 'have length greater than or equal to 1');
  if (length <= TARGETS_A_REQUEST_MAX) return;
  throw constraint(`[${length} entries]`, at, `have length less than or equal to ${TARGETS_A_REQUEST_MAX}`);
}
