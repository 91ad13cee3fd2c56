/**
 * Values from the form bodies of the Query protocol: `Entry.1.Id=a&Entry.1.Body=b` becomes a tree of names
 * first, and the shape then says which branch is a list, a map or a structure.
 */
import { readBlob, serialization, setOwn } from './json-codec.ts';
import type { Member, Shape, Structure } from './schema.ts';
import { readTimestamp } from './timestamp.ts';

/** How deep names may nest; the deepest of any AWS request stays far below. */
const DEPTH_MAX = 32;

export interface FormNode {
  text: string | undefined;
  readonly children: Map<string, FormNode>;
}

/** Reads the pairs of a form or a query string into a tree by the dots of their names. */
export function parseForm(form: string): FormNode {
  const root = emptyNode();
  for (const [name, text] of new URLSearchParams(form)) {
    const path = name.split('.');
    // No parameter is called so, and what is not known is passed over.
    if (path.length > DEPTH_MAX) continue;
    let node = root;
    for (const part of path) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = emptyNode();
        node.children.set(part, child);
      }
      node = child;
    }
    node.text = text;
  }
  return root;
}

/** Reads a structure from the tree; throws a SerializationException where it does not fit. */
export function readForm(shape: Structure, node: FormNode): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const member of shape.members) {
    const child = node.children.get(formName(member)) ?? emptyList(member, node);
    if (child === undefined) continue;
    const value = readNode(member.shape, child, member);
    if (value !== undefined) read[member.name] = value;
  }
  return read;
}

/**
 * What boto3 sends for an empty flattened list: nothing after the member's own name, not that of its items.
 */
function emptyList(member: Member, node: FormNode): FormNode | undefined {
  const child = node.children.get(member.name);
  return member.shape.kind === 'list' && child?.text === '' && child.children.size === 0 ? child : undefined;
}

/** The name by which the Query protocol knows a member. */
function formName(member: Member): string {
  return member.traits.xmlName ?? member.name;
}

function readNode(shape: Shape, node: FormNode, member: Member): unknown {
  const flattened = member.traits.xmlFlattened === 1;
  switch (shape.kind) {
    case 'structure':
      return readForm(shape, node);
    case 'list': {
      const items = flattened ? node : node.children.get(formName(shape.item));
      return numbered(items).map((each) => readNode(shape.item.shape, each, shape.item));
    }
    case 'map': {
      const read: Record<string, unknown> = {};
      for (const each of numbered(flattened ? node : node.children.get('entry'))) {
        const key = each.children.get(formName(shape.key))?.text;
        const value = each.children.get(formName(shape.value));
        if (key !== undefined && value !== undefined)
          setOwn(read, key, readNode(shape.value.shape, value, shape.value));
      }
      return read;
    }
    case 'document':
    case 'string':
    case 'number':
    case 'boolean':
    case 'blob':
    case 'timestamp':
      return node.text === undefined ? undefined : readText(shape, node.text);
  }
}

/** Reads a value that stands alone as text: in a form, a header, a path or a query string. */
export function readText(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case 'number': {
      const number = text.trim() === '' ? Number.NaN : Number(text);
      if (Number.isNaN(number)) throw serialization('STRING_VALUE cannot be converted to Integer');
      return number;
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw serialization('Unexpected token received from parser');
      return text === 'true';
    case 'blob':
      return readBlob(text);
    case 'timestamp': {
      const time = readTimestamp(text);
      if (time === undefined) throw serialization('STRING_VALUE cannot be converted to Date');
      return time;
    }
    case 'list':
      return text.split(',').map((each) => readText(shape.item.shape, each.trim()));
    case 'string':
    case 'document':
    case 'structure':
    case 'map':
      return text;
  }
}

/** The numbered children in the order of their numbers; a list of one may leave its number out. */
function numbered(node: FormNode | undefined): readonly FormNode[] {
  if (node === undefined) return [];
  const found = [...node.children].filter(([name]) => /^\d+$/.test(name));
  if (found.length === 0) return node.children.size > 0 || (node.text ?? '') !== '' ? [node] : [];
  return found.sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
}

function emptyNode(): FormNode {
  return { text: undefined, children: new Map() };
}
