/** The code of docs/errors.md, compiled here; code.test.ts holds the two together. */
// region code
import type { AsyncResult, CeleriacError } from '#lib';

export async function receiptOf(result: AsyncResult<string>): Promise<string | undefined> {
  try {
    return await result.get({ timeout: '10s' });
  } catch (error) {
    // What a client rejects with is one of the errors below.
    if ((error as CeleriacError).code === 'RESULT_TIMEOUT') return undefined;
    throw error;
  }
}
// endregion
