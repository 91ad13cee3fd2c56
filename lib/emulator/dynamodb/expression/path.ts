/** Document paths: read from an expression, and looked up in an item. */
import type { AttributeValue, Item } from '../attribute-value.ts';
import type { Scope } from './scope.ts';
import type { Path } from './syntax.ts';
import type { Token, TokenReader } from './tokens.ts';

const PATH_DEPTH_MAX = 32;

/** Reads `a.#b[3]`; the reader stands at its first name. */
export function parsePath(reader: TokenReader, scope: Scope): Path {
  const path: (string | number)[] = [scope.nameOf(pathName(reader))];
  for (;;) {
    if (reader.accept('.')) path.push(scope.nameOf(pathName(reader)));
    else if (reader.accept('[')) {
      const token = reader.peek();
      if (token.kind !== 'index') reader.fail();
      path.push(scope.indexOf(reader.next()));
      reader.expect(']');
    } else break;
  }
  if (path.length > PATH_DEPTH_MAX) {
    throw scope.refusal(`The document path has too many nesting levels; nesting levels: ${path.length}`);
  }
  return path;
}

/** The value at a path, or undefined when there is none. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  const [first] = path;
  let value = typeof first === 'string' ? item.get(first) : undefined;
  for (let depth = 1; depth < path.length && value !== undefined; depth += 1) {
    const element = path[depth];
    if (typeof element === 'number') value = value.type === 'L' ? value.value[element] : undefined;
    else value = value.type === 'M' && element !== undefined ? value.value.get(element) : undefined;
  }
  return value;
}

function pathName(reader: TokenReader): Token {
  const token = reader.peek();
  if (token.kind !== 'name' && token.kind !== 'alias') reader.fail();
  return reader.next();
}
