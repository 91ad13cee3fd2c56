/** What the three batch operations share: the checks of the request as a whole, and an answer per entry. */
import { ServiceError } from '../error.ts';
import type { Input, Output } from '../service.ts';
import { list, structure, text } from './fields.ts';
import { BATCH_ENTRIES_MAX, BATCH_ID } from './limits.ts';
import { missing } from './refusal.ts';

export interface Entry {
  readonly id: string;
  readonly input: Input;
  /** From 1, as AWS counts them in its messages. */
  readonly position: number;
}

/** Reads Entries; `kind` is the name of their shape, which stands in AWS's messages. */
export function readEntries(input: Input, kind: string): readonly Entry[] {
  const entries = list(input, 'Entries');
  if (entries === undefined) throw missing('Entries');
  if (entries.length === 0) {
    const rule = `There should be at least one ${kind} in the request.`;
    throw new ServiceError('EmptyBatchRequest', rule);
  }
  if (entries.length > BATCH_ENTRIES_MAX) {
    const limit = `Maximum number of entries per request are ${BATCH_ENTRIES_MAX}.`;
    throw new ServiceError('TooManyEntriesInBatchRequest', `${limit} You have sent ${entries.length}.`);
  }
  const read = entries.map((entry, index) => readEntry(structure(entry, kind), kind, index + 1));
  const ids = new Set<string>();
  for (const { id } of read) {
    if (ids.has(id)) throw new ServiceError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    ids.add(id);
  }
  return read;
}

function readEntry(input: Input, kind: string, position: number): Entry {
  const id = text(input, 'Id');
  if (id === undefined) throw missing(`${kind}.${position}.Id`);
  if (!BATCH_ID.test(id)) {
    throw new ServiceError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. ' +
        'It can be at most 80 letters long.',
    );
  }
  return { id, input, position };
}

/**
 * Carries out each entry and sorts the answers; a refused entry does not stop the others. What `run` gives
 * becomes the entry's answer.
 */
export function eachEntry(entries: readonly Entry[], run: (entry: Entry) => Output): Output {
  const successful: Output[] = [];
  const failed: Output[] = [];
  for (const entry of entries) {
    try {
      const output = run(entry);
      output.Id = entry.id;
      successful.push(output);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failed.push(toFailure(entry.id, error));
    }
  }
  return {
    ...(successful.length > 0 && { Successful: successful }),
    ...(failed.length > 0 && { Failed: failed }),
  };
}

function toFailure(id: string, error: ServiceError): Output {
  return { Id: id, SenderFault: error.fault === 'sender', Code: error.name, Message: error.message };
}
