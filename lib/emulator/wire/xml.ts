/** Values as the XML of the Query protocol's answers. */
import { entriesOf, toBase64 } from './json-codec.ts';
import type { Member, Shape, Structure } from './schema.ts';
import { writeTimestamp } from './timestamp.ts';

const SPECIAL = /[&<>"'\r\n\u0085\u2028]/g;
const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** The members of a structure as elements, without an element around them. */
export function toXml(shape: Structure, value: unknown): string {
  const record = entriesOf(value);
  let xml = '';
  for (const member of shape.members) {
    const each = record[member.name];
    if (each !== undefined && each !== null)
      xml += writeMember(member, member.traits.xmlName ?? member.name, each);
  }
  return xml;
}

/** An element around XML that is ready. */
export function element(name: string, inner: string): string {
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;
}

/** Text that may stand in an element. */
export function escapeXml(text: string): string {
  // An XML parser would make every kind of line end the same, so they go as references.
  return text.replace(
    SPECIAL,
    (char) => NAMED[char] ?? `&#x${char.charCodeAt(0).toString(16).toUpperCase()};`,
  );
}

function writeMember(member: Member, name: string, value: unknown): string {
  const { shape } = member;
  const flattened = member.traits.xmlFlattened === 1;
  if (shape.kind === 'list') {
    const items = Array.isArray(value) ? value : [];
    const itemName = flattened ? name : (shape.item.traits.xmlName ?? 'member');
    const inner = items.map((each) => writeMember(shape.item, itemName, each)).join('');
    return flattened ? inner : element(name, inner);
  }
  if (shape.kind === 'map') {
    const inner = Object.entries(entriesOf(value))
      .filter(([, each]) => each !== undefined && each !== null)
      .map(([key, each]) => {
        const keyXml = element(shape.key.traits.xmlName ?? 'key', escapeXml(key));
        const valueXml = writeMember(shape.value, shape.value.traits.xmlName ?? 'value', each);
        return element(flattened ? name : 'entry', keyXml + valueXml);
      })
      .join('');
    return flattened ? inner : element(name, inner);
  }
  return element(name, shape.kind === 'structure' ? toXml(shape, value) : escapeXml(writeText(shape, value)));
}

/** A value that stands alone as text: in an element or a header. */
export function writeText(shape: Shape, value: unknown): string {
  if (shape.kind === 'blob') return toBase64(value);
  if (shape.kind === 'timestamp' && value instanceof Date) return writeTimestamp(value, shape.format);
  return String(value);
}
