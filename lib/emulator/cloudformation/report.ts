/** What a load did, as data and as lines that a person reads (`~ function Worker: Code`). */

/** One resource that a load created, changed, replaced, moved or deleted. */
export interface ResourceChange {
  readonly kind: 'created' | 'updated' | 'replaced' | 'moved' | 'deleted';
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  /** The path of its construct within the stack, where the synthesis says it: `Broker/Worker`. */
  readonly path?: string;
  /** The properties that changed, of an update or a replacement. */
  readonly properties: readonly string[];
  /** What a reader should know besides, such as that AWS would have kept a deleted table. */
  readonly note?: string;
}

/** Something in a template that the emulator takes without effect. */
export interface Ignored {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** The path of one property; absent where the whole resource is without effect. */
  readonly property?: string;
  readonly reason: string;
}

/** A stack that was loaded. */
export interface StackReport {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** A resource that was made of a template. */
export interface LoadedResource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

/** The result of loading a synthesized app. */
export interface LoadReport {
  readonly stacks: readonly StackReport[];
  /** In the order in which it happened; empty when nothing differs from the load before. */
  readonly changes: readonly ResourceChange[];
  /** Every resource that now exists in these stacks. */
  readonly resources: readonly LoadedResource[];
  readonly ignored: readonly Ignored[];
  /** Real milliseconds that the load took. */
  readonly ms: number;
}

const SIGNS: Readonly<Record<ResourceChange['kind'], string>> = {
  created: '+',
  updated: '~',
  replaced: '±',
  moved: '>',
  deleted: '-',
};

/** One line a change: a sign, the kind of resource, its construct, and what changed. */
export function toChangeLines(report: LoadReport): readonly string[] {
  return report.changes.map((change) => {
    const what = change.properties.length > 0 ? `: ${change.properties.join(', ')}` : '';
    const note = change.note === undefined ? '' : ` (${change.note})`;
    return `${SIGNS[change.kind]} ${toWord(change.type)} ${change.path ?? change.logicalId}${what}${note}`;
  });
}

/** 'AWS::Lambda::EventSourceMapping' as 'event source mapping'. */
function toWord(type: string): string {
  const last = type.split('::').at(-1) ?? type;
  return last.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
