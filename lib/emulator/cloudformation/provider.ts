/**
 * What the loader asks of a resource type: its properties, and how to create, change and delete one through a
 * service's own API.
 */
import type { Input, Output } from '../service.ts';
import type { Asset } from './assembly.ts';
import type { Notices, Shape } from './shape.ts';

/** A resource that exists. */
export interface Made {
  /** What AWS's consoles show: the name, or the id where there is no name. */
  readonly physicalId: string;
  /** The value of `Ref`. */
  readonly ref: string;
  /** The values of `Fn::GetAtt`, by attribute; a list of attributes of a provider names them all. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** The place in which a resource is made, and the means to make it. */
export interface ProviderContext {
  readonly stack: string;
  readonly logicalId: string;
  readonly account: string;
  readonly region: string;
  /** Calls a service of the emulator; rejects with its ServiceError. */
  call(service: string, operation: string, input: Input): Promise<Output>;
  /** The name of a resource whose template gives none. */
  name(lengthMax: number, end?: string): string;
  /** An id in the form of a UUID, the same for the same resource of the same app. */
  id(): string;
  /** A new folder with these files, which lives as long as the loader. */
  folder(files: Readonly<Record<string, string>>): Promise<string>;
  /** What the synthesis prepared for a key of the assets bucket. */
  asset(key: string): Asset | undefined;
  /** Says whether an object is in the emulated S3. */
  stored(bucket: string, key: string): boolean;
}

/** What a check may know: nothing is made yet. */
export type CheckContext = Pick<ProviderContext, 'account' | 'region' | 'asset' | 'stored'>;

export interface Change<P> {
  readonly before: P;
  /** Names of the properties that differ. */
  readonly changed: ReadonlySet<string>;
}

export interface Provider<P extends object> {
  readonly type: string;
  readonly properties: Shape<P>;
  /** Attributes that `Fn::GetAtt` can read. */
  readonly attributes: readonly string[];
  /** The property that names the resource: unique by type, account and region. */
  readonly nameProperty?: string;
  /** Properties that AWS cannot change: another value makes another resource. */
  readonly replacedBy: readonly string[];
  /** True for what only connects others (a mapping, a policy): it goes before anything new is made. */
  readonly link?: boolean;
  /** Why a resource of this type is taken without effect; its properties are then not looked at. */
  readonly effectless?: string;
  /**
   * Finds what the shape cannot: properties that exclude each other, files that are missing. What is not
   * known yet is absent.
   */
  check?(properties: Partial<P>, notices: Notices, context: CheckContext): void;
  create(properties: P, context: ProviderContext): Promise<Made>;
  update(made: Made, properties: P, change: Change<P>, context: ProviderContext): Promise<Made>;
  delete(made: Made, properties: P, context: ProviderContext): Promise<void>;
  /** Reads again what depends on where the emulator listens. */
  refresh?(made: Made, context: ProviderContext): Promise<Made>;
}

/**
 * Does what a resource needs that is just made. When that fails, the resource goes again: it was not created,
 * so no stack knows of it and none would delete it.
 */
export async function complete(needs: () => Promise<unknown>, undo: () => Promise<unknown>): Promise<void> {
  try {
    await needs();
  } catch (error) {
    // Why it was refused counts, whatever becomes of the undoing.
    await undo().catch(() => undefined);
    throw error;
  }
}

/** A text member of an answer; its absence would be a fault of the emulator itself. */
export function readText(output: Output, ...path: readonly string[]): string {
  let value: unknown = output;
  for (const member of path) {
    // Only objects have members; anything else reads as undefined and is refused below.
    value = Object(value)[member];
  }
  if (typeof value === 'string') return value;
  throw new TypeError(`the emulated service answered without ${path.join('.')}`);
}
