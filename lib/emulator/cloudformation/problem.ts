/** Everything that is wrong with a synthesized app, collected so that one run names it all. */

/** What kind of mistake it is; the words for a program, where `message` is for a person. */
export type ProblemCode =
  | 'ASSEMBLY_UNREADABLE'
  | 'TEMPLATE_INVALID'
  | 'TYPE_UNKNOWN'
  | 'TYPE_REFUSED'
  | 'PROPERTY_UNKNOWN'
  | 'PROPERTY_INVALID'
  | 'REFERENCE_UNKNOWN'
  | 'INTRINSIC_INVALID'
  | 'PARAMETER_INVALID'
  | 'ASSET_MISSING'
  | 'NAME_TAKEN'
  | 'CYCLE'
  | 'SERVICE_REFUSED';

/** One thing that a template asks for and the emulator cannot give. */
export interface Problem {
  readonly code: ProblemCode;
  readonly stack?: string;
  readonly logicalId?: string;
  readonly type?: string;
  /**
   * Path of the property, such as `RedrivePolicy.maxReceiveCount`, or of the section, such as `Outputs.Url`.
   */
  readonly property?: string;
  readonly message: string;
}

/** Thrown by a load with everything that was wrong. */
export class TemplateError extends Error {
  readonly problems: readonly Problem[];
  /**
   * False when the mistakes were found before anything was touched. True when a service refused something on
   * the way: what could be done is done, nothing was deleted for being no longer wanted, and the next load
   * goes on.
   */
  readonly applied: boolean;

  constructor(problems: readonly Problem[], applied: boolean) {
    const lines = problems.map((problem) => `  ${toLine(problem)}`);
    const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
    super(`cannot load the app: ${count}\n${lines.join('\n')}`);
    this.name = 'TemplateError';
    this.problems = problems;
    this.applied = applied;
  }
}

/** `CODE stack 'A', Queue1 (AWS::SQS::Queue), DelaySeconds: what is wrong`. */
export function toLine(problem: Problem): string {
  const type = problem.type === undefined ? '' : ` (${problem.type})`;
  const place = [
    problem.stack === undefined ? undefined : `stack '${problem.stack}'`,
    problem.logicalId === undefined ? undefined : `${problem.logicalId}${type}`,
    problem.property === '' ? undefined : problem.property,
  ].filter((part) => part !== undefined);
  return `${problem.code} ${place.length === 0 ? '' : `${place.join(', ')}: `}${problem.message}`;
}
