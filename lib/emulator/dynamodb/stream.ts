/** The change log of one table: what happened to which item, in order, kept for a day. */
import { fromItem, type Item } from './attribute-value.ts';
import type { StreamPage, StreamPosition, StreamRecord } from './dynamodb.ts';
import { itemSize } from './item-size.ts';
import { STREAM_RETENTION_MS } from './limits.ts';
import { validation } from './refusals.ts';

export type StreamView = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

export const STREAM_VIEWS = ['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'] as const;

export interface Change {
  readonly keys: Item;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** Deleted by time to live, not by a client. */
  readonly expired: boolean;
}

const SEQUENCE_DIGITS = 21;

export class Stream {
  readonly arn: string;
  readonly label: string;
  readonly view: StreamView;
  private readonly region: string;
  private readonly now: () => number;
  private records: StreamRecord[] = [];
  private sequence = 0n;
  private readonly watchers = new Set<() => void>();
  /** Set where records are kept on disk. */
  observer: ((record: StreamRecord) => void) | undefined = undefined;

  constructor(tableArn: string, region: string, view: StreamView, now: () => number, label?: string) {
    this.label = label ?? new Date(now()).toISOString().slice(0, -1);
    this.arn = `${tableArn}/stream/${this.label}`;
    this.region = region;
    this.view = view;
    this.now = now;
  }

  append(change: Change): void {
    this.trim();
    const record = this.toRecord(change);
    this.records.push(record);
    this.observer?.(record);
    for (const wake of [...this.watchers]) wake();
  }

  /** The number of the last record there was, and the records that are still there. */
  contents(): { readonly last: string; readonly records: readonly StreamRecord[] } {
    return { last: this.number(this.sequence), records: this.records };
  }

  /** Takes back what `contents` gave. */
  restore(last: string, records: readonly StreamRecord[]): void {
    this.sequence = BigInt(last);
    this.records = [...records];
  }

  read(from: StreamPosition, limit: number): StreamPage {
    this.trim();
    const start = this.startOf(from);
    const records = this.records.slice(start, start + limit);
    const last = records.at(-1) ?? this.records[start - 1];
    if (last !== undefined) return { records, next: { after: last.dynamodb.SequenceNumber } };
    const after = from === 'LATEST' ? { after: this.number(this.sequence) } : from;
    return { records, next: after };
  }

  subscribe(wake: () => void): () => void {
    // One entry a subscription, even when two of them share a function.
    const watcher = () => wake();
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private startOf(from: StreamPosition): number {
    if (from === 'TRIM_HORIZON') return 0;
    if (from === 'LATEST') return this.records.length;
    if (!/^\d{1,40}$/.test(from.after)) throw validation(`Invalid SequenceNumber: ${from.after}`);
    // Records have gapless numbers, so a position is a subtraction.
    const first = this.records[0];
    if (first === undefined) return 0;
    const distance = BigInt(from.after) - BigInt(first.dynamodb.SequenceNumber) + 1n;
    return Math.min(Math.max(Number(distance), 0), this.records.length);
  }

  private trim(): void {
    const oldest = this.now() - STREAM_RETENTION_MS;
    const kept = this.records.findIndex(
      (record) => record.dynamodb.ApproximateCreationDateTime.getTime() >= oldest,
    );
    if (kept > 0) this.records = this.records.slice(kept);
    else if (kept < 0 && this.records.length > 0) this.records = [];
  }

  private number(sequence: bigint): string {
    return sequence.toString().padStart(SEQUENCE_DIGITS, '0');
  }

  private toRecord({ keys, before, after, expired }: Change): StreamRecord {
    this.sequence += 1n;
    const withNew = this.view === 'NEW_IMAGE' || this.view === 'NEW_AND_OLD_IMAGES' ? after : undefined;
    const withOld = this.view === 'OLD_IMAGE' || this.view === 'NEW_AND_OLD_IMAGES' ? before : undefined;
    const images = [keys, withNew, withOld].filter((each) => each !== undefined);
    return {
      eventID: this.sequence.toString(16).padStart(32, '0'),
      eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: this.region,
      dynamodb: {
        ApproximateCreationDateTime: new Date(Math.floor(this.now() / 1000) * 1000),
        Keys: fromItem(keys),
        ...(withNew === undefined ? {} : { NewImage: fromItem(withNew) }),
        ...(withOld === undefined ? {} : { OldImage: fromItem(withOld) }),
        SequenceNumber: this.number(this.sequence),
        SizeBytes: images.reduce((sum, image) => sum + itemSize(image), 0),
        StreamViewType: this.view,
      },
      ...(expired ? { userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' } } : {}),
    };
  }
}
