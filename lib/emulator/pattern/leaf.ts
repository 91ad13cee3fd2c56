/** What a pattern asks of one value: a predicate, and what an index may look it up by. */
import { type IpBlock, isInBlock, parseIp } from './ip-address.ts';

/** What stands at a leaf of an event. */
export type Primitive = string | number | boolean | null;

/** By what an index finds a leaf; without one it has to be tried on every value of its path. */
export type Hint =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'folded'; readonly text: string }
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'suffix'; readonly text: string };

export type Leaf =
  | { readonly kind: 'absent' }
  | { readonly kind: 'present' }
  | { readonly kind: 'test'; readonly matches: (value: Primitive) => boolean; readonly hint?: Hint };

type Test = (value: Primitive) => boolean;

/**
 * One text for each value that an exact pattern tells apart: strings that are IP addresses are compared as
 * addresses.
 */
export function valueText(value: Primitive): string {
  if (typeof value === 'number') return `n${value === 0 ? 0 : value}`;
  if (typeof value !== 'string') return String(value);
  const ip = mayBeIp(value) ? parseIp(value) : undefined;
  return ip === undefined ? `s${value}` : `${ip.family}:${ip.value}`;
}

/** Text without regard to case. */
export function folded(text: string): string {
  return text.toLowerCase();
}

export function exactLeaf(value: Primitive): Leaf {
  const text = valueText(value);
  return {
    kind: 'test',
    matches: (given) => given === value || valueText(given) === text,
    hint: { kind: 'value', text },
  };
}

export function foldedLeaf(wanted: string): Leaf {
  const text = folded(wanted);
  return { kind: 'test', matches: onText((given) => folded(given) === text), hint: { kind: 'folded', text } };
}

export function prefixLeaf(text: string): Leaf {
  return { kind: 'test', matches: onText((given) => given.startsWith(text)), hint: { kind: 'prefix', text } };
}

export function suffixLeaf(text: string): Leaf {
  return { kind: 'test', matches: onText((given) => given.endsWith(text)), hint: { kind: 'suffix', text } };
}

export function foldedPrefixLeaf(wanted: string): Leaf {
  const text = folded(wanted);
  return { kind: 'test', matches: onText((given) => folded(given).startsWith(text)) };
}

export function foldedSuffixLeaf(wanted: string): Leaf {
  const text = folded(wanted);
  return { kind: 'test', matches: onText((given) => folded(given).endsWith(text)) };
}

export function cidrLeaf(block: IpBlock): Leaf {
  const matches = onText((given) => {
    const ip = mayBeIp(given) ? parseIp(given) : undefined;
    return ip !== undefined && isInBlock(ip, block);
  });
  return { kind: 'test', matches };
}

/** A numeric range; numbers outside ±5·10⁹, or with more than six decimals, are compared with nothing. */
export function rangeLeaf(inRange: (value: number) => boolean): Leaf {
  return {
    kind: 'test',
    matches: (given) => typeof given === 'number' && isComparable(given) && inRange(given),
  };
}

/** Literal texts that stand around the stars of a wildcard; one part means that there is no star. */
export function wildcardLeaf(parts: readonly string[]): Leaf {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1)
    return {
      kind: 'test',
      matches: onText((given) => given === first),
      hint: { kind: 'prefix', text: first },
    };
  const hint: Hint = first === '' ? { kind: 'suffix', text: last } : { kind: 'prefix', text: first };
  return { kind: 'test', matches: onText((given) => wildcardMatches(parts, given)), hint };
}

/** What is none of these; of a value whose type they do not apply to that is true as well. */
export function exceptLeaf(leaves: readonly Leaf[]): Leaf {
  const tests = leaves.flatMap((leaf) => (leaf.kind === 'test' ? [leaf.matches] : []));
  return { kind: 'test', matches: (given) => !tests.some((matches) => matches(given)) };
}

/** What `anything-but` compares: unlike an exact pattern it takes addresses as plain text. */
export function literalLeaf(value: string | number): Leaf {
  return { kind: 'test', matches: (given) => given === value };
}

/** Whether a number can be compared with a range. */
export function isComparable(value: number): boolean {
  return Math.abs(value) <= 5e9 && Number(value.toFixed(6)) === value;
}

/** Every part is looked for as early as possible, but for the first and the last, which have their places. */
function wildcardMatches(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (let index = 1; index < parts.length - 1; index++) {
    const part = parts[index] ?? '';
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function onText(matches: (text: string) => boolean): Test {
  return (given) => typeof given === 'string' && matches(given);
}

/** Most texts are told from addresses by a look at them, which is much cheaper than reading them. */
function mayBeIp(text: string): boolean {
  if (text.length < 2 || text.length > 45) return false;
  const last = text.charCodeAt(text.length - 1);
  const isHex = (last >= 48 && last <= 58) || (last >= 97 && last <= 102) || (last >= 65 && last <= 70);
  return isHex && (text.includes(':') || text.includes('.'));
}
