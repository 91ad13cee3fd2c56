/**
 * Tables of wrong input: what is sent, and what AWS answers, with the place where that answer is recorded.
 */
import { expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { createWorld } from './world.ts';

/** Where an answer of AWS is recorded. */
export type Source =
  /** github.com/nubo-db/dynamodb-conformance: answers captured from AWS in 2026. */
  | 'conformance'
  /** github.com/architect/dynalite: its test suite also runs against AWS. */
  | 'dynalite'
  /** github.com/scylladb/scylladb, test/alternator: its test suite also runs against AWS. */
  | 'alternator'
  /**
   * The API reference and the developer guide: the rule is theirs, where AWS's sentence is not recorded,
   * ours.
   */
  | 'docs'
  /** Not AWS: what this emulator does not serve. */
  | 'emulator';

export interface WrongInput {
  readonly title: string;
  readonly operation: string;
  readonly input: Input;
  /** @default 'ValidationException' */
  readonly code?: string;
  /** @default 400 */
  readonly status?: number;
  readonly message: string;
  readonly source: Source;
}

/** One test a row, against tables that hold one item each. */
export function testWrongInput(rows: readonly WrongInput[]): void {
  test.each(rows)('$operation: $title ($source)', ({ operation, input, message, ...expected }) => {
    const world = createWorld();
    world.put('hash', { a: { S: 'x' }, text: { S: 't' }, count: { N: '1' }, list: { L: [{ S: 'l' }] } });

    const refusal = world.refusal(operation, input);

    expect(refusal.message).toBe(message);
    expect(refusal.name).toBe(expected.code ?? 'ValidationException');
    expect(refusal.status).toBe(expected.status ?? 400);
  });
}

/** The words around one violated constraint. */
export function oneError(value: string, path: string, rule: string): string {
  return (
    `1 validation error detected: Value ${value} at '${path}' failed to ` +
    `satisfy constraint: Member must ${rule}`
  );
}
