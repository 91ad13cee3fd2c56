/** Making, finding, changing and deleting event buses. */
import { notServed } from '../operations.ts';
import type { Input, Output } from '../service.ts';
import { optionalStructure, pageOf, requiredText, text } from './fields.ts';
import { BUSES_MAX } from './limits.ts';
import { alreadyExists, busDoesNotExist, constraint, invalid, overLimit } from './refusal.ts';
import { type Bus, type Call, createBus, findBus } from './state.ts';
import { readTags } from './tags.ts';

export function createEventBus(call: Call): Output {
  const { caller, input, now, state } = call;
  const name = requiredText(input, 'Name');
  if (name.length < 1 || name.length > 256) {
    const rule = name === '' ? 'greater than or equal to 1' : 'less than or equal to 256';
    throw constraint(name, 'name', `have length ${rule}`);
  }
  if (!/^[/.\-_A-Za-z0-9]+$/.test(name)) {
    throw constraint(name, 'name', 'satisfy regular expression pattern: [/\\.\\-_A-Za-z0-9]+');
  }
  if (text(input, 'EventSourceName') !== undefined) {
    throw notServed('eventbridge: CreateEventBus with EventSourceName');
  }
  if (name.includes('/')) throw invalid("Event bus name must not contain '/'.");
  const settings = withoutEmpty(readSettings(input));
  const tags = readTags(input);
  const { buses } = state.at(caller);
  if (buses.has(name)) throw alreadyExists(`Event bus ${name}`);
  if (buses.size >= BUSES_MAX) throw overLimit();
  const bus = createBus(caller, name, now);
  bus.settings = settings;
  for (const [key, value] of tags) bus.tags.set(key, value);
  buses.set(name, bus);
  return { EventBusArn: bus.arn, ...settings };
}

/** Deletes a bus; one that is not there is as good as deleted. */
export function deleteEventBus(call: Call): Output {
  const name = requiredText(call.input, 'Name');
  if (name === 'default') throw invalid('Cannot delete event bus default.');
  const bus = findBus(call.state, name, call.caller);
  if (bus === undefined) return {};
  if (bus.rules.size > 0) throw invalid("Event bus can't be deleted since it has rules.");
  call.state.at(bus).buses.delete(bus.name);
  return {};
}

export function describeEventBus(call: Call): Output {
  const bus = namedBus(call);
  return { ...show(bus), ...bus.settings };
}

export function updateEventBus(call: Call): Output {
  const bus = namedBus(call);
  bus.settings = withoutEmpty({ ...bus.settings, ...readSettings(call.input) });
  bus.modifiedAt = call.now;
  return { Arn: bus.arn, Name: bus.name, ...bus.settings };
}

export function listEventBuses(call: Call): Output {
  const prefix = text(call.input, 'NamePrefix') ?? '';
  const all = [...call.state.at(call.caller).buses.values()].filter(({ name }) => name.startsWith(prefix));
  const sorted = all.sort((left, right) => (left.name < right.name ? -1 : 1));
  return pageOf(call.input, 'EventBuses', sorted.map(show));
}

function namedBus(call: Call): Bus {
  const name = text(call.input, 'Name') ?? 'default';
  const bus = findBus(call.state, name, call.caller);
  if (bus === undefined) throw busDoesNotExist(name.split('event-bus/').at(-1) ?? name);
  return bus;
}

function show(bus: Bus): Readonly<Record<string, unknown>> {
  return {
    Name: bus.name,
    Arn: bus.arn,
    CreationTime: new Date(bus.createdAt),
    LastModifiedTime: new Date(bus.modifiedAt),
    ...(bus.settings.Description !== undefined && { Description: bus.settings.Description }),
    ...(bus.policy !== undefined && { Policy: bus.policy }),
  };
}

/** Kept and shown: nothing is encrypted here, so nothing can fail for it, and no logs are written. */
function readSettings(input: Input): Readonly<Record<string, unknown>> {
  const description = text(input, 'Description');
  if (description !== undefined && description.length > 512) {
    throw constraint(description, 'description', 'have length less than or equal to 512');
  }
  const settings = {
    Description: description,
    KmsKeyIdentifier: text(input, 'KmsKeyIdentifier'),
    DeadLetterConfig: optionalStructure(input, 'DeadLetterConfig'),
    LogConfig: optionalStructure(input, 'LogConfig'),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** What is set to nothing goes back to its default. */
function withoutEmpty(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const says = (value: unknown) =>
    typeof value === 'object' ? Object.keys(Object(value)).length > 0 : value !== '';
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => says(value)));
}
