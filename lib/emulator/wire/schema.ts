/**
 * Schemas as the codecs walk them: the committed data with its names resolved, each shape when it is first
 * met.
 */
import type { HttpData, Ref, ServiceData, ShapeData, Traits } from './schema-data.ts';

export type TimestampFormat = 'default' | 'date-time' | 'http-date' | 'epoch-seconds';

export type Shape =
  | { readonly kind: 'string'; readonly casts: boolean }
  | { readonly kind: 'number' | 'boolean' | 'blob' | 'document' }
  | { readonly kind: 'timestamp'; readonly format: TimestampFormat }
  | Structure
  | { readonly kind: 'list'; readonly item: Member; readonly sparse: boolean }
  | { readonly kind: 'map'; readonly key: Member; readonly value: Member; readonly sparse: boolean };

export interface Structure {
  readonly kind: 'structure';
  readonly name: string;
  /** The name that the service's own messages give it. */
  readonly javaName: string;
  readonly members: readonly Member[];
  /** The members by their name in JSON. */
  readonly byJsonName: ReadonlyMap<string, Member>;
  readonly traits: Traits;
}

/** A member of a structure, the item of a list, or a key or value of a map. */
export interface Member {
  readonly name: string;
  readonly jsonName: string;
  readonly required: boolean;
  readonly traits: Traits;
  readonly shape: Shape;
}

export interface Operation {
  readonly name: string;
  readonly input: Structure;
  readonly output: Structure;
  readonly outputName: string;
  readonly http?: HttpData;
}

export interface SchemaOptions {
  /** Where the service's shapes live by its own error messages. @default the schema's namespace */
  readonly javaPackage?: string;
  /** Whether numbers and truth values are taken where text belongs. @default false */
  readonly castsToText?: boolean;
}

const NO_TRAITS: Traits = {};
const CASTING_TEXT: Shape = { kind: 'string', casts: true };
const LIST_BIT = 64;
const MAP_BIT = 128;
const SIMPLE: Readonly<Record<number, Shape>> = {
  0: { kind: 'string', casts: false },
  1: { kind: 'number' },
  2: { kind: 'boolean' },
  4: { kind: 'timestamp', format: 'default' },
  5: { kind: 'timestamp', format: 'date-time' },
  6: { kind: 'timestamp', format: 'http-date' },
  7: { kind: 'timestamp', format: 'epoch-seconds' },
  15: { kind: 'document' },
  // Big integers and decimals are numbers here, as every number of the emulator is.
  17: { kind: 'number' },
  19: { kind: 'number' },
  21: { kind: 'blob' },
  42: { kind: 'blob' },
};
const NOTHING: Structure = {
  kind: 'structure',
  name: '',
  javaName: '',
  members: [],
  byJsonName: new Map(),
  traits: NO_TRAITS,
};

/**
 * Shapes contain themselves (an attribute value holds attribute values), so a member resolves its shape when
 * asked. It is a class because it is asked for with every value, and V8 inlines the getter of a class.
 */
class LazyMember implements Member {
  readonly name: string;
  readonly jsonName: string;
  readonly required: boolean;
  readonly traits: Traits;
  readonly #resolve: () => Shape;
  #shape: Shape | undefined;

  constructor(name: string, required: boolean, traits: Traits, resolve: () => Shape) {
    this.name = name;
    this.jsonName = traits.jsonName ?? name;
    this.required = required;
    this.traits = traits;
    this.#resolve = resolve;
  }

  get shape(): Shape {
    this.#shape ??= this.#resolve();
    return this.#shape;
  }
}

/** The schema of one service. */
export class Schema {
  readonly data: ServiceData;
  readonly #options: SchemaOptions;
  readonly #operations = new Map<string, Operation>();
  readonly #shapes = new Map<string, Shape>();

  constructor(data: ServiceData, options: SchemaOptions = {}) {
    this.data = data;
    this.#options = options;
  }

  operation(name: string): Operation | undefined {
    const known = this.#operations.get(name);
    if (known !== undefined || !Object.hasOwn(this.data.operations, name)) return known;
    const data = this.data.operations[name];
    if (data === undefined) return undefined;
    const [input, output, http] = data;
    const made: Operation = {
      name,
      input: this.#structure(input),
      output: this.#structure(output),
      outputName: output,
      ...(http === undefined ? {} : { http }),
    };
    this.#operations.set(name, made);
    return made;
  }

  /** Whether the service has an operation of this name that is not served. */
  hasOther(name: string): boolean {
    return this.data.others !== undefined && Object.hasOwn(this.data.others, name);
  }

  /** The shape of an error that the service's model names, if it does. */
  error(name: string): Structure | undefined {
    if (!Object.hasOwn(this.data.shapes, name) || this.data.shapes[name]?.[0] !== -3) return undefined;
    return this.#structure(name);
  }

  #structure(name: string): Structure {
    if (name === '') return NOTHING;
    const shape = this.#named(name);
    if (shape.kind !== 'structure') throw new Error(`${name} of ${this.data.name} is no structure`);
    return shape;
  }

  #named(name: string): Shape {
    const known = this.#shapes.get(name);
    if (known !== undefined) return known;
    const data = this.data.shapes[name];
    if (data === undefined) throw new Error(`${this.data.name} has no shape ${name}`);
    const shape = this.#link(name, data);
    this.#shapes.set(name, shape);
    return shape;
  }

  #link(name: string, data: ShapeData): Shape {
    if (data[0] === 1) {
      return { kind: 'list', item: this.#member('member', data[1], true), sparse: data[2]?.sparse === 1 };
    }
    if (data[0] === 2) {
      const [, key, value, traits] = data;
      return {
        kind: 'map',
        key: this.#member('key', key, true),
        value: this.#member('value', value, true),
        sparse: traits?.sparse === 1,
      };
    }
    const [, names, refs, required, traits] = data;
    const members = names.map((each, index) => this.#member(each, refs[index] ?? 0, index < required));
    const byJsonName = new Map(members.map((member) => [member.jsonName, member]));
    const javaName = `${this.#options.javaPackage ?? this.data.namespace}.${name}`;
    return { kind: 'structure', name, javaName, members, byJsonName, traits: traits ?? NO_TRAITS };
  }

  #member(name: string, ref: Ref, required: boolean): Member {
    const [type, traits] = typeof ref === 'object' ? ref : [ref, NO_TRAITS];
    const resolve = () => (typeof type === 'number' ? this.#simple(type) : this.#named(type));
    return new LazyMember(name, required, traits, resolve);
  }

  #simple(type: number): Shape {
    const traits = NO_TRAITS;
    const shape = this.#plain(type % LIST_BIT);
    const item: Member = { name: 'member', jsonName: 'member', required: true, traits, shape };
    if (type >= MAP_BIT) {
      const key: Member = { ...item, name: 'key', shape: this.#plain(0) };
      return { kind: 'map', key, value: { ...item, name: 'value' }, sparse: false };
    }
    return type >= LIST_BIT ? { kind: 'list', item, sparse: false } : shape;
  }

  #plain(type: number): Shape {
    if (type === 0 && this.#options.castsToText === true) return CASTING_TEXT;
    const shape = SIMPLE[type];
    if (shape === undefined) throw new Error(`there is no simple type of the number ${type}`);
    return shape;
  }
}
