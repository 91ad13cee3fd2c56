/** What the two kinds of mappings, from queues and from streams, have in common. */
import type { ServiceError } from '../error.ts';
import type { Output } from '../service.ts';
import type { QueueName } from './arn.ts';
import { conflict } from './errors.ts';
import { compileFilters } from './filter.ts';
import { type Mapping, showMapping } from './mapping.ts';
import { type StreamMapping, type StreamName, showStreamMapping } from './stream-mapping.ts';

export type AnyMapping = Mapping | StreamMapping;

/** The mapping, as the API shows it. */
export function show(mapping: AnyMapping, passing?: string): Output {
  return 'queue' in mapping ? showMapping(mapping, passing) : showStreamMapping(mapping, passing);
}

/** The queue or the stream. */
export function sourceOf(mapping: AnyMapping): QueueName | StreamName {
  return 'queue' in mapping ? mapping.queue : mapping.stream;
}

/** A mapping as JSON can carry it: its filter is compiled again from the patterns. */
export function toKept(mapping: AnyMapping): unknown {
  const { filter: _compiled, ...settings } = mapping.settings;
  return { ...mapping, settings };
}

/** The mapping that `toKept` has written. */
export function fromKept(value: unknown): AnyMapping {
  // Nothing else is kept under this kind.
  const kept = value as AnyMapping;
  const filter = compileFilters(kept.settings.patterns);
  return 'queue' in kept
    ? { ...kept, settings: { ...kept.settings, filter } }
    : { ...kept, settings: { ...kept.settings, filter } };
}

/** A function may have one mapping from one source. */
export function alreadyMapped(mapping: AnyMapping): ServiceError {
  const { functionArn, uuid: id } = mapping;
  const name = functionArn.slice(functionArn.lastIndexOf(':') + 1);
  const kind = 'queue' in mapping ? 'SQS' : 'dynamodb';
  const source = `${kind} arn (" ${sourceOf(mapping).arn} ")`;
  return conflict(
    `An event source mapping with ${source} and function (" ${name} ") already exists. ` +
      `Please update or delete the existing mapping with UUID ${id}`,
  );
}
