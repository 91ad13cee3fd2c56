/** One stack of the API as a plan: the same plan that a load makes of a synthesized app. */
import { ServiceError } from '../../error.ts';
import type { Place } from '../../operations.ts';
import { findExport } from '../apply.ts';
import type { StackBook } from '../book.ts';
import { toStackKey } from '../draft.ts';
import { type PlannedStack, toPlan } from '../plan.ts';
import { type Problem, toLine } from '../problem.ts';
import { providers } from '../providers.ts';
import type { StackRequest } from './record.ts';

/** Plans a stack; throws AWS's ValidationError with everything that is wrong with its template. */
export function planStack(book: StackBook, name: string, place: Place, request: StackRequest): PlannedStack {
  const key = toStackKey(place.account, place.region, name);
  const others = new Map([...book.stacks].filter(([other]) => other !== key));
  const artifact = {
    ...{ id: name, name, account: place.account, region: place.region, template: request.template },
    ...{ templateFile: '', needs: [], parameters: request.values, paths: new Map() },
  };
  const plan = toPlan(
    // Whether code is where a template says is found out when the function is made, as on AWS.
    { stacks: [artifact], assets: new Map(), stored: () => true, problems: [] },
    { ...place, parameters: {}, incarnation: book.records.incarnation },
    providers,
    {
      exported: (account, region, exported) => findExport(others, account, region, exported),
      output: (other, output) => others.get(other)?.outputs.get(output),
    },
  );
  const [stack] = plan.stacks;
  if (plan.problems.length > 0 || stack === undefined) throw validationError(toMessage(plan.problems));
  return stack;
}

/** CloudFormation's one error for whatever is wrong with a request. */
export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}

function toMessage(problems: readonly Problem[]): string {
  const unknown = problems.filter(({ code }) => code === 'TYPE_UNKNOWN');
  if (unknown.length > 0) {
    const types = [...new Set(unknown.map(({ type }) => type))].join(', ');
    return `Template format error: Unrecognized resource types: [${types}]`;
  }
  return `Template error: ${problems.map(toLine).join('; ')}`;
}
