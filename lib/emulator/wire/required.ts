/** The check that a request holds what its operation requires, as AWS's validation framework words it. */
import { ServiceError } from '../error.ts';
import { entriesOf } from './json-codec.ts';
import type { Shape } from './schema.ts';

/** AWS stops listing after ten. */
const LISTED_MAX = 10;

const requiring = new WeakMap<Shape, boolean>();

/** Throws a ValidationException that lists the required members which are missing anywhere in the input. */
export function checkRequired(shape: Shape, input: unknown): void {
  const missing: string[] = [];
  collect(shape, input, '', missing);
  if (missing.length === 0) return;
  const texts = missing.map(
    (path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
  const count = `${texts.length} validation error${texts.length === 1 ? '' : 's'}`;
  throw new ServiceError('ValidationException', `${count} detected: ${texts.join('; ')}`);
}

function collect(shape: Shape, value: unknown, path: string, missing: string[]): void {
  if (!requires(shape)) return;
  if (shape.kind === 'list') {
    const items = Array.isArray(value) ? value : [];
    items.forEach((each, index) => {
      collect(shape.item.shape, each, `${path}.${index + 1}.member`, missing);
    });
  } else if (shape.kind === 'map') {
    for (const [key, each] of Object.entries(entriesOf(value))) {
      collect(shape.value.shape, each, `${path}.${key}.member`, missing);
    }
  } else if (shape.kind === 'structure') {
    const record = entriesOf(value);
    for (const member of shape.members) {
      if (missing.length >= LISTED_MAX) return;
      const each = record[member.name];
      const name = member.name.slice(0, 1).toLowerCase() + member.name.slice(1);
      const inner = path === '' ? name : `${path}.${name}`;
      if (each !== undefined) collect(member.shape, each, inner, missing);
      else if (member.required) missing.push(inner);
    }
  }
}

/** Whether anything in the shape is required; where nothing is, nobody has to look. */
function requires(shape: Shape): boolean {
  const known = requiring.get(shape);
  if (known !== undefined) return known;
  // False while it is being found out: a shape inside itself adds nothing.
  requiring.set(shape, false);
  const found =
    shape.kind === 'structure'
      ? shape.members.some((member) => member.required || requires(member.shape))
      : shape.kind === 'list'
        ? requires(shape.item.shape)
        : shape.kind === 'map' && requires(shape.value.shape);
  requiring.set(shape, found);
  return found;
}
