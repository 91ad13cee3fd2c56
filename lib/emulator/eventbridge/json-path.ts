/** The JSON paths that targets use: names by dot or bracket, indexes, and `*`. */

type Step = string | number | '*';

/** A path that was read. */
export interface JsonPath {
  /** The value at the path; all values in a list where the path has a `*`; undefined where there is none. */
  read(value: unknown): unknown;
}

const STEP = /\.([^.[\]'"]+)|\[(\d+)\]|\[\*\]|\['([^']+)'\]|\["([^"]+)"\]/y;

/** Reads a path; undefined for what is none. */
export function parseJsonPath(path: string): JsonPath | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  let at = 1;
  while (at < path.length) {
    STEP.lastIndex = at;
    const found = STEP.exec(path);
    if (found === null) return undefined;
    const [whole, name, index, single, double] = found;
    steps.push(index === undefined ? (name ?? single ?? double ?? '*') : Number(index));
    at += whole.length;
  }
  return { read: (value) => follow(value, steps, 0) };
}

function follow(value: unknown, steps: readonly Step[], at: number): unknown {
  const step = steps[at];
  if (step === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (step === '*') {
    const found = Object.values(value).map((each) => follow(each, steps, at + 1));
    return found.filter((each) => each !== undefined);
  }
  if (!Object.hasOwn(value, step)) return undefined;
  // An object's own member, whatever it is.
  return follow((value as Readonly<Record<string | number, unknown>>)[step], steps, at + 1);
}
