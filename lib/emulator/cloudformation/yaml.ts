/**
 * Templates in YAML: the text, its short forms of intrinsic functions (`!Sub`, `!GetAtt a.b`), and what
 * CloudFormation takes of YAML and what not. The parser is loaded by the first such template: cdk writes
 * JSON. As in cdk's own reader, plain scalars are read by YAML 1.2's core schema, so `yes` is a text.
 */
import { createRequire } from 'node:module';
import type { Document, Node } from 'yaml';
import { validationError } from './stacks/plan-stack.ts';

type Yaml = typeof import('yaml');

const load = createRequire(import.meta.url);

/** Short forms that do not become `Fn::` and their name. */
const LONG: Readonly<Record<string, string>> = { '!Ref': 'Ref', '!Condition': 'Condition' };
const FUNCTIONS = new Set([
  ...['And', 'Base64', 'Cidr', 'Equals', 'FindInMap', 'ForEach', 'GetAZs', 'GetAtt', 'If', 'ImportValue'],
  ...['Join', 'Length', 'Not', 'Or', 'Select', 'Split', 'Sub', 'ToJsonString', 'Transform'],
]);

/** Reads a template, with every short form as the JSON that it stands for. Throws a ValidationError. */
export function parseYaml(text: string): unknown {
  // The package's types are those of its module.
  const yaml = load('yaml') as Yaml;
  const document = yaml.parseDocument(text, { schema: 'core', logLevel: 'silent' });
  refuseErrors(document);
  return document.contents === null ? null : toJson(document.contents, yaml);
}

function refuseErrors({ errors }: Document): void {
  const [first] = errors;
  if (first === undefined) return;
  const [start] = first.linePos ?? [];
  const where = start === undefined ? '' : ` (line ${start.line}, column ${start.col})`;
  throw validationError(`Template format error: YAML not well-formed.${where}`);
}

function toJson(node: Node | null, yaml: Yaml): unknown {
  if (node === null) return null;
  if (yaml.isAlias(node)) {
    throw validationError('Template error: YAML aliases are not allowed in CloudFormation templates');
  }
  const plain = toPlain(node, yaml);
  const { tag } = node;
  // Tags of YAML itself have long names, and only say what the value is anyway.
  if (tag === undefined || !tag.startsWith('!') || tag === '!') return plain;
  const name = tag.slice(1);
  const long = Object.hasOwn(LONG, tag) ? LONG[tag] : FUNCTIONS.has(name) ? `Fn::${name}` : undefined;
  if (long === undefined)
    throw validationError(`Template format error: unsupported tag ${tag} in a YAML template`);
  return { [long]: long === 'Fn::GetAtt' ? toAttribute(plain) : plain };
}

function toPlain(node: Node, yaml: Yaml): unknown {
  if (yaml.isSeq<Node>(node)) return node.items.map((each) => toJson(each, yaml));
  if (yaml.isScalar(node)) return node.value;
  if (!yaml.isMap<Node, Node | null>(node)) return null;
  return Object.fromEntries(
    node.items.map(({ key, value }) => [yaml.isScalar(key) ? String(key.value) : '', toJson(value, yaml)]),
  );
}

/** `!GetAtt Table.Arn`: the first dot ends the logical id. */
function toAttribute(plain: unknown): unknown {
  if (typeof plain !== 'string' || !plain.includes('.')) return plain;
  const dot = plain.indexOf('.');
  return [plain.slice(0, dot), plain.slice(dot + 1)];
}
