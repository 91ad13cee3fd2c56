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

/** A part of a header that may be a token; shorter ones are words such as 'Bearer'. */
const TOKEN_LENGTH_MIN = 8;

export interface Redaction {
  readonly value: Json;
  /** The texts that were hidden, to be hidden elsewhere, too. */
  readonly secrets: readonly string[];
}

/**
 * Hides what `redact` names; undefined: nothing. In a list it is looked for in each item, too: a task that is
 * mapped over a list takes and returns one, and its paths are those of an item.
 */
export function redactJson(value: Json, redact: Redact | undefined): Redaction {
  if (redact === undefined) return { value, secrets: [] };
  const secrets = new Set<string>();
  if (redact === true) {
    gather(value, secrets);
    return { value: REDACTED, secrets: [...secrets] };
  }
  const paths = redact.flatMap((path) => {
    const names = path.split('.');
    return isList(value) ? [names, ['*', ...names]] : [names];
  });
  const hidden = paths.reduce((shown, path) => without(shown, path, secrets), value);
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

/** The values of those headers, to be hidden elsewhere, too. */
export function headerSecrets(
  headers: Readonly<Record<string, Json>>,
  names: readonly string[] = [],
): readonly string[] {
  const secrets = new Set<string>();
  const own = new Set(names.map((name) => name.toLowerCase()));
  for (const [name, value] of Object.entries(headers)) {
    const isCredential = SECRET_HEADERS.includes(name.toLowerCase());
    if (!isCredential && !own.has(name.toLowerCase())) continue;
    gather(value, secrets);
    // 'Bearer <token>', 'name=value; …': the token is the secret, and is what an error quotes.
    if (isCredential && typeof value === 'string')
      for (const part of value.split(/[\s;,]+|(?<=\w)=/))
        if (part.length >= TOKEN_LENGTH_MIN) secrets.add(part);
  }
  return [...secrets];
}

/** Hides secrets in a text, as they are and as JSON and addresses write them. */
export function redactText(text: string, secrets: readonly string[]): string {
  return createHider(secrets)(text);
}

/** Hides the same secrets in many texts. */
export function createHider(secrets: Iterable<string>): (text: string) => string {
  // The longest first: a secret that is part of another one must not break it.
  const forms = [...new Set([...secrets].flatMap(writtenForms))].sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((shown, form) => shown.replaceAll(form, REDACTED), text);
}

/** A secret as it stands in texts; in JSON inside JSON it is written twice over. */
function writtenForms(secret: string): readonly string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  const twice = JSON.stringify(once).slice(1, -1);
  return [secret, once, twice, ...encodedForms(secret)];
}

function encodedForms(secret: string): readonly string[] {
  try {
    const encoded = encodeURIComponent(secret);
    return [encoded, encoded.replaceAll('%20', '+')];
  } catch {
    // Half a surrogate pair stands in no address.
    return [];
  }
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
