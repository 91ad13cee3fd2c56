/** All buses, rules, archives and replays of all accounts, and what every operation gets. */
import { perRegion } from '../operations.ts';
import type { EventPattern } from '../pattern/event-pattern.ts';
import { type EventPatternIndex, eventPatternIndex } from '../pattern/event-pattern-index.ts';
import type { Caller, Input } from '../service.ts';
import { toPartition } from '../sqs/queue.ts';
import type { NewDelivery } from './delivery.ts';
import type { BusEvent } from './event.ts';
import { requiredText, text } from './fields.ts';
import type { Keeper } from './keep.ts';
import type { EventbridgeOptions } from './options.ts';
import { busDoesNotExist, constraint, ruleDoesNotExist } from './refusal.ts';
import type { Target } from './target.ts';

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly bus: Bus;
  readonly createdAt: number;
  readonly targets: Map<string, Target>;
  readonly tags: Map<string, string>;
  state: string;
  description: string | undefined;
  roleArn: string | undefined;
  pattern: { readonly text: string; readonly compiled: EventPattern } | undefined;
  schedule: string | undefined;
  /** When its schedule or its state was set: a rate counts from here. */
  scheduledAt: number;
  /** Cancels the timer of the schedule. */
  cancel: (() => void) | undefined;
}

export interface Bus {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly createdAt: number;
  readonly rules: Map<string, Rule>;
  /** The patterns of the enabled rules. */
  readonly index: EventPatternIndex;
  readonly tags: Map<string, string>;
  modifiedAt: number;
  policy: string | undefined;
  /** Description, KmsKeyIdentifier, DeadLetterConfig and LogConfig, as set. */
  settings: Readonly<Record<string, unknown>>;
}

export interface ArchivedEvent {
  /** Counts up in its archive. */
  readonly id: number;
  readonly event: BusEvent;
  /** The event's own time: what a replay asks for. */
  readonly time: number;
  readonly archivedAt: number;
  readonly bytes: number;
}

export interface Archive {
  readonly name: string;
  readonly arn: string;
  readonly busArn: string;
  readonly createdAt: number;
  events: ArchivedEvent[];
  bytes: number;
  description: string | undefined;
  pattern: { readonly text: string; readonly compiled: EventPattern } | undefined;
  retentionDays: number;
  kmsKey: string | undefined;
}

export interface Replay {
  readonly name: string;
  readonly arn: string;
  readonly archiveArn: string;
  readonly description: string | undefined;
  readonly destination: { readonly Arn: string; readonly FilterArns?: readonly string[] };
  readonly from: number;
  readonly to: number;
  readonly startedAt: number;
  state: 'STARTING' | 'RUNNING' | 'CANCELLING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  lastReplayed: number | undefined;
  /** The last minute since the epoch whose events were replayed, and when the next one's turn is. */
  lastMinute: number | undefined;
  nextAt: number;
  endedAt: number | undefined;
  cancel: (() => void) | undefined;
}

/** What an account has in a region. */
export interface Region {
  readonly account: string;
  readonly region: string;
  readonly buses: Map<string, Bus>;
  readonly archives: Map<string, Archive>;
  readonly replays: Map<string, Replay>;
}

export interface State {
  readonly options: EventbridgeOptions;
  readonly random: () => number;
  readonly regions: Region[];
  readonly at: (place: { readonly account: string; readonly region: string }) => Region;
  readonly deliver: (delivery: NewDelivery) => void;
  /** Told what happens where something is kept on disk. */
  keeper?: Keeper;
}

export interface Call {
  readonly state: State;
  readonly input: Input;
  readonly caller: Caller;
  readonly now: number;
}

/** Makes a state in which every region has its default bus as soon as it is looked at. */
export function createState(options: EventbridgeOptions, deliver: State['deliver']): State {
  const regions: Region[] = [];
  const at = perRegion((account, region): Region => {
    const made = { account, region, buses: new Map(), archives: new Map(), replays: new Map() };
    made.buses.set('default', createBus({ account, region }, 'default', options.clock.now()));
    regions.push(made);
    return made;
  });
  return { options, random: options.random ?? Math.random, regions, at, deliver };
}

export function createBus(place: Pick<Caller, 'account' | 'region'>, name: string, now: number): Bus {
  const { account, region } = place;
  return {
    ...{ name, account, region, arn: toArn(place, `event-bus/${name}`) },
    ...{ createdAt: now, modifiedAt: now, policy: undefined, settings: {} },
    ...{ rules: new Map(), index: eventPatternIndex(), tags: new Map() },
  };
}

export function toArn({ account, region }: Pick<Caller, 'account' | 'region'>, resource: string): string {
  return `arn:${toPartition(region)}:events:${region}:${account}:${resource}`;
}

/** The bus that EventBusName means, by name or ARN; the default one where it is absent. */
export function busOf(call: Call): Bus {
  const given = text(call.input, 'EventBusName') ?? 'default';
  if (given === '') throw constraint(given, 'eventBusName', 'have length greater than or equal to 1');
  const bus = findBus(call.state, given, call.caller);
  if (bus === undefined) throw busDoesNotExist(given.split('event-bus/').at(-1) ?? given);
  return bus;
}

export function findBus(
  state: State,
  nameOrArn: string,
  caller: Pick<Caller, 'account' | 'region'>,
): Bus | undefined {
  if (!nameOrArn.startsWith('arn:')) return state.at(caller).buses.get(nameOrArn);
  const [, , , region = '', account = '', resource = ''] = nameOrArn.split(':');
  const bus = state.at({ account, region }).buses.get(resource.replace(/^event-bus\//, ''));
  return bus?.arn === nameOrArn ? bus : undefined;
}

/** The rule that the request names by a member, on the bus that it names. */
export function ruleOf(call: Call, member = 'Name'): Rule {
  const bus = busOf(call);
  const name = requiredText(call.input, member);
  const rule = bus.rules.get(name);
  if (rule === undefined) throw ruleDoesNotExist(name, bus.name);
  return rule;
}
