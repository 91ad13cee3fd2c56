/**
 * What a resource type's properties look like: checks and converts in one pass, as CloudFormation does ("60"
 * is a number where a number belongs). A property that is neither known nor on a list of those without effect
 * is a problem, never dropped.
 */

/**
 * Stands for a value that is known only when another resource exists. Plans are checked with it, so that
 * everything wrong in a template is found before anything is created; a shape lets it pass wherever it
 * appears.
 */
export const LATER: unique symbol = Symbol('known when its resource exists');

/** What is noticed while a value is read. */
export interface Notices {
  unknown(path: string, message: string): void;
  invalid(path: string, message: string): void;
  ignored(path: string, reason: string): void;
}

export interface Shape<T> {
  /** Only a required member of a record is a problem when it is absent. */
  readonly required: boolean;
  read(value: unknown, path: string, notices: Notices): T | undefined;
}
export interface Required<T> extends Shape<T> {
  readonly required: true;
}
export type ValueOf<S> = S extends Shape<infer T> ? T : never;

type Fields = Readonly<Record<string, Shape<unknown>>>;
/** The members of a record, the required ones and the others. */
export type RecordOf<F extends Fields> = {
  // `as` filters the members here and below, it casts nothing.
  readonly [K in keyof F as F[K] extends Required<unknown> ? K : never]: ValueOf<F[K]>;
} & { readonly [K in keyof F as F[K] extends Required<unknown> ? never : K]?: ValueOf<F[K]> };

/** Properties without effect here, each with the reason that a reader of the load's report sees. */
export type Reasons = Readonly<Record<string, string>>;

/** Text; numbers and booleans are written out, as CloudFormation does. */
export function text(...allowed: readonly string[]): Shape<string> {
  return scalar(
    'text',
    (value) => {
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
        return undefined;
      const written = String(value);
      return allowed.length === 0 || allowed.includes(written) ? written : undefined;
    },
    allowed,
  );
}

/** A whole number; its range is the service's business, which refuses with AWS's own message. */
export function integer(): Shape<number> {
  return scalar('a whole number', (value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
  });
}

export function flag(): Shape<boolean> {
  return scalar('true or false', (value) => {
    if (typeof value === 'boolean') return value;
    return value === 'true' ? true : value === 'false' ? false : undefined;
  });
}

/** A JSON document that a service keeps as it is; text is parsed. */
export function json(): Shape<Readonly<Record<string, unknown>>> {
  return scalar('a JSON object', (value) => {
    const parsed = typeof value === 'string' ? parse(value) : value;
    return isRecord(parsed) ? parsed : undefined;
  });
}

export function list<T>(of: Shape<T>): Shape<readonly T[]> {
  return {
    required: false,
    read(value, path, notices) {
      if (value === LATER) return undefined;
      if (!Array.isArray(value)) return refuse(notices, path, 'a list', value);
      const read = value.map((entry, index) => of.read(entry, `${path}[${index}]`, notices));
      return read.filter((entry) => entry !== undefined);
    },
  };
}

export function dictionary<T>(of: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    required: false,
    read(value, path, notices) {
      if (value === LATER) return undefined;
      if (!isRecord(value)) return refuse(notices, path, 'an object', value);
      const read: Record<string, T> = {};
      for (const [key, entry] of Object.entries(value)) {
        const one = of.read(entry, `${path}.${key}`, notices);
        if (one !== undefined) read[key] = one;
      }
      return read;
    },
  };
}

/** An object with these members; those of `reasons` are taken without effect, all others are problems. */
export function record<F extends Fields>(fields: F, reasons: Reasons = {}): Shape<RecordOf<F>> {
  return {
    required: false,
    read(value, path, notices) {
      if (value === LATER) return undefined;
      if (!isRecord(value)) return refuse(notices, path, 'an object', value);
      const read: Record<string, unknown> = {};
      for (const [key, entry] of Object.entries(value)) {
        const at = path === '' ? key : `${path}.${key}`;
        const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
        const reason = Object.hasOwn(reasons, key) ? reasons[key] : undefined;
        if (field !== undefined) {
          const one = field.read(entry, at, notices);
          if (one !== undefined) read[key] = one;
        } else if (reason !== undefined) {
          notices.ignored(at, reason);
        } else {
          notices.unknown(
            at,
            `the emulator does not serve this property; served: ${Object.keys(fields).join(', ')}`,
          );
        }
      }
      for (const [key, field] of Object.entries(fields)) {
        if (field.required && value[key] === undefined) {
          notices.invalid(path === '' ? key : `${path}.${key}`, 'is required');
        }
      }
      // Each member was read by the field of its own name; a missing required one was reported, so nothing
      // uses this.
      return read as RecordOf<F>;
    },
  };
}

export function required<T>(shape: Shape<T>): Required<T> {
  return { ...shape, required: true };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function scalar<T>(
  name: string,
  convert: (value: unknown) => T | undefined,
  allowed: readonly string[] = [],
): Shape<T> {
  const wanted = allowed.length === 0 ? name : `one of ${allowed.join(', ')}`;
  return {
    required: false,
    read(value, path, notices) {
      if (value === LATER) return undefined;
      const converted = convert(value);
      return converted === undefined ? refuse(notices, path, wanted, value) : converted;
    },
  };
}

function refuse(notices: Notices, path: string, wanted: string, value: unknown): undefined {
  const given = JSON.stringify(value) ?? String(value);
  notices.invalid(path, `is ${given.length > 100 ? `${given.slice(0, 100)}…` : given}, it must be ${wanted}`);
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
