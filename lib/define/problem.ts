/** What is wrong with definitions: found check by check, told all at once. */
import { CeleriacError, DefinitionError, type Problem } from '../errors.ts';

/** What a check throws, as a problem at a place of the app. */
export function caught(path: string, check: () => void): Problem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof CeleriacError)) throw error;
    return [{ code: error.code, path, message: error.message }];
  }
}

/** Throws one error for a list of problems; does nothing when there are none. */
export function report(app: string, problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1)
    throw new DefinitionError(first.code, `${first.path}: ${first.message}`, { problems });
  const lines = problems.map((problem) => `\n  ${problem.code} ${problem.path}: ${problem.message}`);
  throw new DefinitionError('INVALID_APP', `app '${app}' has ${problems.length} problems:${lines.join('')}`, {
    problems,
  });
}
