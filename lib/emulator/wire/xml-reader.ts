/**
 * XML as AWS's clients send it in bodies: elements and text, read into a tree first, and the shape then says
 * which element is a list, a map or a structure. Declarations of types and of entities are refused: no AWS
 * request has any, and they are what makes parsers of XML dangerous.
 */
import { ServiceError } from '../error.ts';
import { readText } from './form.ts';
import { setOwn } from './json-codec.ts';
import type { Member, Shape, Structure } from './schema.ts';

/** An element. Attributes and namespaces are passed over: nothing that is served has a meaning in them. */
export interface XmlNode {
  /** Without the namespace's prefix. */
  readonly name: string;
  readonly children: XmlNode[];
  text: string;
}

const DEPTH_MAX = 64;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
// A comment, a declaration, CDATA, an end, a start with its attributes, or text.
const TOKEN = new RegExp(
  [
    /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s>]+)\s*>/,
    /<([^\s/>!?]+)((?:[^"'>]|"[^"]*"|'[^']*')*?)(\/?)>|([^<]+)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gy',
);

/** Parses a document to its root element; throws MalformedXML. */
export function parseXml(text: string): XmlNode {
  const top: XmlNode = { name: '', children: [], text: '' };
  const open = [top];
  TOKEN.lastIndex = 0;
  const source = text.replace(/^\uFEFF/, '');
  while (TOKEN.lastIndex < source.length) {
    const token = TOKEN.exec(source);
    if (token === null) throw malformed();
    const [, cdata, end, start, , empty, plain] = token;
    const current = open.at(-1) ?? top;
    if (cdata !== undefined) current.text += cdata;
    else if (plain !== undefined) current.text += decode(plain);
    else if (end !== undefined) {
      if (open.length < 2 || local(end) !== current.name) throw malformed();
      open.pop();
    } else if (start !== undefined) {
      const node: XmlNode = { name: local(start), children: [], text: '' };
      current.children.push(node);
      if (empty !== '/') open.push(node);
      if (open.length > DEPTH_MAX) throw malformed();
    }
  }
  const [root] = top.children;
  if (root === undefined || top.children.length > 1 || open.length > 1 || top.text.trim() !== '')
    throw malformed();
  return root;
}

/** Reads a value of the shape from its element. */
export function readXml(shape: Shape, node: XmlNode): unknown {
  switch (shape.kind) {
    case 'structure':
      return readStructure(shape, node);
    case 'list':
      return node.children.map((child) => readXml(shape.item.shape, child));
    case 'map':
      return readMap(shape.key, shape.value, node.children);
    case 'string':
      return node.text;
    case 'number':
    case 'boolean':
    case 'blob':
    case 'timestamp':
    case 'document':
      return readText(shape, node.text.trim());
  }
}

/** What S3 says of a body that is no XML. */
function malformed(): ServiceError {
  const message = 'The XML you provided was not well-formed or did not validate against our published schema';
  return new ServiceError('MalformedXML', message);
}

function readStructure(shape: Structure, node: XmlNode): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const member of shape.members) {
    const { shape: inner, traits } = member;
    const found = node.children.filter(({ name }) => name === (traits.xmlName ?? member.name));
    const [first] = found;
    if (first === undefined) continue;
    if (traits.xmlFlattened !== 1) read[member.name] = readXml(inner, first);
    else if (inner.kind === 'list') read[member.name] = found.map((each) => readXml(inner.item.shape, each));
    else if (inner.kind === 'map') read[member.name] = readMap(inner.key, inner.value, found);
  }
  return read;
}

function readMap(key: Member, value: Member, entries: readonly XmlNode[]): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const entry of entries) {
    const name = entry.children.find((child) => child.name === (key.traits.xmlName ?? 'key'));
    const found = entry.children.find((child) => child.name === (value.traits.xmlName ?? 'value'));
    if (name !== undefined && found !== undefined) setOwn(read, name.text, readXml(value.shape, found));
  }
  return read;
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function decode(text: string): string {
  return text.replace(/&([^;\s]{1,10});?/g, (_whole, name: string) => {
    const code = /^#x([0-9a-f]+)$/i.exec(name)?.[1];
    const decimal = /^#(\d+)$/.exec(name)?.[1];
    const point = code === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(code, 16);
    if (point <= 0x10ffff) return String.fromCodePoint(point);
    const char = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
    if (char === undefined) throw malformed();
    return char;
  });
}
