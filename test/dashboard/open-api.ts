/** Judges answers by the OpenAPI file, with a validator that is not ours. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

interface Operation {
  readonly responses: Readonly<Record<string, Answer>>;
}
interface Answer {
  readonly content?: Content;
  readonly $ref?: string;
}
type Content = Readonly<Record<string, { readonly schema: object }>>;

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, Answer>>;
  };
}

const FILE = new URL('../../docs/openapi.json', import.meta.url);

export const DOCUMENT: Document = JSON.parse(readFileSync(FILE, 'utf8'));

/** What is wrong with an answer; nothing where it is as the file says. */
export function complaints(method: string, path: string, status: number, answer: unknown): readonly string[] {
  const operation = DOCUMENT.paths[path]?.[method];
  if (operation === undefined) return [`${method} ${path} is not in the file`];
  const said = operation.responses[String(status)];
  const response = said?.$ref === undefined ? said : DOCUMENT.components.responses[String(status)];
  if (response === undefined) return [`${status} is not in the file`];
  const schema = response.content?.['application/json']?.schema;
  if (schema === undefined) return answer === undefined ? [] : ['an answer, where the file has none'];
  const whole = { ...schema, $defs: DOCUMENT.components.schemas };
  const parsed = z
    .fromJSONSchema(JSON.parse(JSON.stringify(whole).replaceAll('#/components/schemas/', '#/$defs/')))
    .safeParse(answer);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}
