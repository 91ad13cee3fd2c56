/** The emulated EventBridge: finds an operation's model, and gives it the time and the way to targets. */
import { notServed } from '../operations.ts';
import type { Caller, Input, Output } from '../service.ts';
import { createArchive, deleteArchive, describeArchive, listArchives, updateArchive } from './archives.ts';
import { createEventBus, deleteEventBus, describeEventBus, listEventBuses, updateEventBus } from './buses.ts';
import { Deliveries } from './delivery.ts';
import { createKeeper } from './keep.ts';
import type { Eventbridge, EventbridgeOptions, RuleSnapshot } from './options.ts';
import { putPermission, removePermission } from './permission.ts';
import { putEvents, testEventPattern } from './put-events.ts';
import { cancelReplay, describeReplay, listReplays, resumeReplay, startReplay } from './replays.ts';
import { route } from './routing.ts';
import {
  deleteRule,
  describeRule,
  disableRule,
  enableRule,
  isEnabled,
  listRuleNamesByTarget,
  listRules,
  putRule,
} from './rules.ts';
import { setSchedule } from './schedule.ts';
import { type Call, createState, findBus, type Rule } from './state.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { listTargetsByRule, putTargets, removeTargets } from './targets.ts';

export type {
  BusSnapshot,
  Eventbridge,
  EventbridgeOptions,
  EventbridgeTraceEntry,
  RuleSnapshot,
} from './options.ts';

const OPERATIONS: ReadonlyMap<string, (call: Call) => Output> = new Map(
  Object.entries({
    CancelReplay: cancelReplay,
    CreateArchive: createArchive,
    CreateEventBus: createEventBus,
    DeleteArchive: deleteArchive,
    DeleteEventBus: deleteEventBus,
    DeleteRule: deleteRule,
    DescribeArchive: describeArchive,
    DescribeEventBus: describeEventBus,
    DescribeReplay: describeReplay,
    DescribeRule: describeRule,
    DisableRule: disableRule,
    EnableRule: enableRule,
    ListArchives: listArchives,
    ListEventBuses: listEventBuses,
    ListReplays: listReplays,
    ListRuleNamesByTarget: listRuleNamesByTarget,
    ListRules: listRules,
    ListTagsForResource: listTagsForResource,
    ListTargetsByRule: listTargetsByRule,
    PutEvents: putEvents,
    PutPermission: putPermission,
    PutRule: putRule,
    PutTargets: putTargets,
    RemovePermission: removePermission,
    RemoveTargets: removeTargets,
    StartReplay: startReplay,
    TagResource: tagResource,
    TestEventPattern: testEventPattern,
    UntagResource: untagResource,
    UpdateArchive: updateArchive,
    UpdateEventBus: updateEventBus,
  }),
);

/** ARNs say where they belong; only names need a caller. */
const NOBODY = { account: '', region: '' };

/** Makes an emulated EventBridge with nothing but default buses. */
export function createEventbridge(options: EventbridgeOptions): Eventbridge {
  const deliveries = new Deliveries({
    ...options,
    findBus: (arn) => findBus(state, arn, NOBODY),
    route: (bus, arrival) => route(state, bus, arrival),
  });
  const state = createState(options, deliveries.add);
  const keeper = createKeeper(state, deliveries, options.journal);
  state.keeper = keeper;
  function call(operation: string, input: Input, caller: Caller): Output {
    const run = OPERATIONS.get(operation);
    if (run === undefined) throw notServed(`eventbridge: ${operation}`);
    return run({ state, input, caller, now: options.clock.now() });
  }
  return {
    call: keeper.after(call),
    kept: () => keeper.kept,
    resume() {
      deliveries.resume();
      for (const { buses, replays } of state.regions) {
        for (const rule of [...buses.values()].flatMap(({ rules }) => [...rules.values()]))
          if (rule.cancel === undefined) setSchedule(state, rule);
        for (const replay of replays.values()) resumeReplay(state, replay);
      }
    },
    snapshot: () =>
      state.regions.flatMap(({ buses }) =>
        [...buses.values()].map(({ arn, name, rules }) => ({
          ...{ arn, name },
          rules: [...rules.values()].map(toSnapshot),
        })),
      ),
    pendingDeliveries: () => deliveries.size,
    close() {
      deliveries.close();
      for (const { buses, replays } of state.regions) {
        for (const bus of buses.values()) for (const rule of bus.rules.values()) rule.cancel?.();
        for (const replay of replays.values()) replay.cancel?.();
      }
    },
  };
}

function toSnapshot(rule: Rule): RuleSnapshot {
  return {
    arn: rule.arn,
    name: rule.name,
    enabled: isEnabled(rule),
    ...(rule.pattern !== undefined && { eventPattern: rule.pattern.text }),
    ...(rule.schedule !== undefined && { scheduleExpression: rule.schedule }),
    targets: [...rule.targets.values()].map(({ arn }) => arn),
  };
}
