/**
 * Secrets in what is shown: members of an input that a task names, and headers by name. What was found is
 * then hidden wherever else it stands in the same run, in an error's text as much as in a result.
 */
import type { Json } from './json.ts';

/** `true`: all of it. Else paths of members, '*' for any name or place: 'card.number', 'rows.*.token'. */
export type Redact = true | readonly string[];

/** Stands where a secret stood. */
export const REDACTED = '[redacted]';

/** Headers that hold credentials wherever they are used; case does not matter. */
export const SECRET_HEADERS: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
  'x-amz-security-token',
];

/** Shorter texts stand everywhere by chance; a secret of three characters is none. */
const SECRET_LENGTH_MIN = 4;

export interface Redaction {
  readonly value: Json;
  /** The texts that were hidden, to be hidden elsewhere, too. */
  readonly secrets: readonly string[];
}

/** Hides what `redact` names; undefined: nothing. */
export function redactJson(value: Json, redact: Redact | undefined): Redaction {
  if (redact === undefined) return { value, secrets: [] };
  const secrets = new Set<string>();
  if (redact === true) {
    gather(value, secrets);
    return { value: REDACTED, secrets: [...secrets] };
  }
  const hidden = redact.reduce((shown, path) => without(shown, path.split('.'), secrets), value);
  return { value: hidden, secrets: [...secrets] };
}

/** Hides headers by name: those given, and those that hold credentials anywhere. */
export function redactHeaders<T>(
  headers: Readonly<Record<string, T>>,
  names: readonly string[] = [],
): Readonly<Record<string, T | string>> {
  const secret = new Set([...SECRET_HEADERS, ...names].map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, secret.has(name.toLowerCase()) ? REDACTED : value]),
  );
}

/** Hides secrets in a text, as they are and as JSON writes them. */
export function redactText(text: string, secrets: readonly string[]): string {
  // The longest first: a secret that is part of another one must not break it.
  const sorted = [...secrets].sort((a, b) => b.length - a.length);
  return sorted.reduce((shown, secret) => {
    const written = JSON.stringify(secret).slice(1, -1);
    return shown.replaceAll(secret, REDACTED).replaceAll(written, REDACTED);
  }, text);
}

function without(value: Json, path: readonly string[], secrets: Set<string>): Json {
  const [name, ...rest] = path;
  if (name === undefined) {
    gather(value, secrets);
    return REDACTED;
  }
  if (isList(value)) {
    return value.map((item, index) =>
      name === '*' || name === String(index) ? without(item, rest, secrets) : item,
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      member !== undefined && (name === '*' || name === key) ? without(member, rest, secrets) : member,
    ]),
  );
}

/** Every text and number in a value. */
function gather(value: Json, secrets: Set<string>): void {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value);
    if (text.length >= SECRET_LENGTH_MIN && text !== REDACTED) secrets.add(text);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.values(value)) if (member !== undefined) gather(member, secrets);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
