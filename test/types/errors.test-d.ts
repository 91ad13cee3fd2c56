/** Codes of errors are a type. `npm run check` type-checks this file. */
import { CeleriacError, type ErrorCode, type Problem, SendError } from '#lib';

declare const error: CeleriacError;
declare const problem: Problem;

export const known: ErrorCode = 'RESULT_TIMEOUT';
export const compared: boolean = error.code === 'ONCE_TAKEN' || problem.code === 'DUPLICATE_NAME';

// @ts-expect-error: a code that is misspelt is never met.
export const misspelt: boolean = error.code === 'RESULT_TIMEOOT';
// @ts-expect-error: a code that the catalogue does not have is not raised.
export const unknown = new CeleriacError('NO_SUCH_CODE', 'it is not in lib/codes');
// @ts-expect-error: nor by the classes that are made of it.
export const sent = new SendError('NO_SUCH_CODE', 'it is not in lib/codes');
