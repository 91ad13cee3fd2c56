/**
 * Input transformers: a template with `<variables>` that stand for parts of the event. Inside a JSON string
 * a variable is written as text, outside it is a JSON value of its own.
 */
import type { BusEvent } from './event.ts';
import { parseJson } from './fields.ts';
import { parseJsonPath } from './json-path.ts';

/** What an event cannot say of itself. */
export interface TransformerContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** When the bus got the event. */
  readonly ingestedAt: number;
}

type Piece = string | { readonly variable: string; readonly quoted: boolean };
type Values = (variable: string) => unknown;

const RESERVED: readonly string[] = [
  ...['aws.events.rule-arn', 'aws.events.rule-name', 'aws.events.event.ingestion-time'],
  ...['aws.events.event', 'aws.events.event.json'],
];

/** Says why a template cannot be used with these paths; undefined when it can. */
export function templateProblem(
  template: string,
  paths: Readonly<Record<string, string>>,
): string | undefined {
  const pieces = readPieces(template);
  for (const piece of pieces) {
    if (typeof piece === 'string' || RESERVED.includes(piece.variable)) continue;
    if (!Object.hasOwn(paths, piece.variable)) return `the variable <${piece.variable}> has no path`;
  }
  // Any value will do to see whether the rest is JSON.
  return isOutput(fill(pieces, () => 'x')) ? undefined : 'it gives no valid JSON';
}

/** The text that a target gets. */
export function transform(
  template: string,
  paths: Readonly<Record<string, string>>,
  event: BusEvent,
  context: TransformerContext,
): string {
  return fill(readPieces(template), (variable) => {
    const path = Object.hasOwn(paths, variable) ? paths[variable] : undefined;
    if (path !== undefined) return parseJsonPath(path)?.read(event);
    return reservedValue(variable, event, context);
  });
}

function reservedValue(variable: string, event: BusEvent, context: TransformerContext): unknown {
  switch (variable) {
    case 'aws.events.rule-arn':
      return context.ruleArn;
    case 'aws.events.rule-name':
      return context.ruleName;
    case 'aws.events.event.ingestion-time':
      return new Date(context.ingestedAt).toISOString();
    case 'aws.events.event': {
      // The event without its detail.
      const { detail: _detail, ...rest } = event;
      return rest;
    }
    default:
      return event;
  }
}

/** Splits a template at its variables and keeps in mind whether a JSON string is open. */
function readPieces(template: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < template.length; at++) {
    const character = template.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === '<') {
      const end = template.indexOf('>', at);
      const variable = template.slice(at + 1, end);
      if (end < 0 || !/^[A-Za-z0-9_.-]+$/.test(variable)) continue;
      pieces.push(template.slice(from, at), { variable, quoted });
      at = end;
      from = end + 1;
    }
  }
  return [...pieces, template.slice(from)];
}

function fill(pieces: readonly Piece[], values: Values): string {
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : write(values(piece.variable), piece.quoted)))
    .join('');
}

/** A path that leads nowhere leaves nothing behind. */
function write(value: unknown, quoted: boolean): string {
  if (!quoted) return JSON.stringify(value ?? '');
  const plain = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return JSON.stringify(plain).slice(1, -1);
}

/** JSON, or lines of JSON strings. */
function isOutput(text: string): boolean {
  if (parseJson(text) !== undefined) return true;
  return text.split('\n').every((line) => line.trim() === '' || parseJson(line) !== undefined);
}
