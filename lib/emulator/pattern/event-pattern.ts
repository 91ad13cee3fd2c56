/** EventBridge's event patterns: reading them as PutRule does, and asking one pattern about one event. */
import { ServiceError } from '../error.ts';
import { type Clause, readClauses } from './clauses.ts';
import { clauseMatches, readFields } from './fields.ts';
import type { Dialect } from './operators.ts';

/** A pattern that was read. */
export interface EventPattern {
  /** Alternatives: the event must fit one. */
  readonly clauses: readonly Clause[];
  /** All names of fields, at any depth, that the pattern looks at. */
  readonly names: ReadonlySet<string>;
  /** Whether it uses `wildcard`, of which a bus allows 30 rules. */
  readonly wildcard: boolean;
  matches(event: object): boolean;
}

const EVENT_BRIDGE: Dialect = {
  operators: new Set([
    ...['exactly', 'prefix', 'suffix', 'equals-ignore-case', 'wildcard'],
    ...['anything-but', 'numeric', 'exists', 'cidr'],
  ]),
  exceptions: new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard']),
  folding: true,
  refuse: (reason) =>
    new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`),
};

/** Reads an event pattern, as JSON text or parsed; throws ServiceError InvalidEventPatternException. */
export function compileEventPattern(pattern: string | object): EventPattern {
  const parsed = typeof pattern === 'string' ? parseJson(pattern) : pattern;
  const clauses = readClauses(parsed, EVENT_BRIDGE);
  const names = new Set(clauses.flat().flatMap((test) => test.path.split('.')));
  return {
    clauses,
    names,
    wildcard: usesWildcard(parsed),
    matches: (event) => {
      const fields = readFields(event, nameFilter(names));
      return clauses.some((clause) => clauseMatches(clause, fields));
    },
  };
}

/** Tells the names in use; a name with dots stands for several. */
export function nameFilter(names: { has(name: string): boolean }): (name: string) => boolean {
  return (name) =>
    names.has(name) || (name.includes('.') && name.split('.').every((part) => names.has(part)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw EVENT_BRIDGE.refuse(error instanceof Error ? error.message : String(error));
  }
}

/** An operator is the only key of an object in a list; a field called 'wildcard' holds a list itself. */
function usesWildcard(part: unknown, inList = false): boolean {
  if (Array.isArray(part)) return part.some((one) => usesWildcard(one, true));
  if (typeof part !== 'object' || part === null) return false;
  return Object.entries(part).some(
    ([name, value]) =>
      (name === 'wildcard' && inList && !isFieldList(value)) || usesWildcard(value, name === 'anything-but'),
  );
}

function isFieldList(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
