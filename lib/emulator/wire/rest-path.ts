/** Which REST operation a method and a path mean, by the path templates of a schema. */
import type { HttpData, ServiceData } from './schema-data.ts';

export interface RestMatch {
  readonly operation: string;
  /** What stands in the places of the template's labels, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

interface Template {
  readonly operation: string;
  readonly segments: readonly string[];
  /** Pairs that the query string must hold, as `find=LayerVersion`. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** A last label with a plus takes the rest of the path, slashes included. */
  readonly greedy: boolean;
}

/** Finds REST operations by method and number of segments, the most literal template first. */
export class RestPaths {
  readonly #templates = new Map<string, Template[]>();
  readonly #greedy: (readonly [method: string, template: Template])[] = [];

  constructor(data: ServiceData) {
    for (const [operation, [, , http]] of Object.entries(data.operations)) {
      if (http === undefined) continue;
      const template = toTemplate(operation, http);
      if (template.greedy) this.#greedy.push([http[0], template]);
      const key = `${http[0]} ${template.segments.length}`;
      this.#templates.set(key, [...(this.#templates.get(key) ?? []), template]);
    }
    for (const templates of this.#templates.values()) templates.sort((a, b) => weight(b) - weight(a));
  }

  find(method: string, path: string, query: URLSearchParams): RestMatch | undefined {
    const segments = toSegments(path);
    for (const template of this.#templates.get(`${method} ${segments.length}`) ?? []) {
      const labels = match(template, segments, query);
      if (labels !== undefined) return { operation: template.operation, labels };
    }
    for (const [wanted, template] of this.#greedy) {
      const labels = wanted === method ? match(template, segments, query) : undefined;
      if (labels !== undefined) return { operation: template.operation, labels };
    }
    return undefined;
  }
}

function toTemplate(operation: string, [, path]: HttpData): Template {
  const [pathOnly = '', query = ''] = path.split('?');
  const segments = toSegments(pathOnly);
  return {
    operation,
    segments,
    query: [...new URLSearchParams(query)],
    greedy: segments.at(-1)?.endsWith('+}') === true,
  };
}

function weight(template: Template): number {
  return template.segments.filter((segment) => !segment.startsWith('{')).length + template.query.length;
}

/** A slash at the end means nothing: older clients write one. */
function toSegments(path: string): readonly string[] {
  return path.replace(/^\/|\/$/g, '').split('/');
}

function match(
  template: Template,
  segments: readonly string[],
  query: URLSearchParams,
): Record<string, string> | undefined {
  if (
    template.greedy
      ? segments.length < template.segments.length
      : segments.length !== template.segments.length
  ) {
    return undefined;
  }
  if (!template.query.every(([name, value]) => query.get(name) === value)) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, wanted] of template.segments.entries()) {
    const segment = segments[index] ?? '';
    if (!wanted.startsWith('{')) {
      if (wanted !== segment) return undefined;
      continue;
    }
    const isRest = wanted.endsWith('+}');
    const text = decode(isRest ? segments.slice(index).join('/') : segment);
    if (text === undefined || text === '') return undefined;
    labels[wanted.slice(1, isRest ? -2 : -1)] = text;
  }
  return labels;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
