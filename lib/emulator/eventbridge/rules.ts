/** Making, finding, changing and deleting rules. */

import { compileEventPattern, type EventPattern } from '../pattern/event-pattern.ts';
import type { Input, Output } from '../service.ts';
import { choice, pageOf, readName, requiredText, text } from './fields.ts';
import { PATTERN_FIELD_MAX, PATTERN_MAX, RULES_MAX, WILDCARD_RULES_MAX } from './limits.ts';
import { constraint, invalid, overLimit } from './refusal.ts';
import { readSchedule, resetSchedule } from './schedule.ts';
import { type Bus, busOf, type Call, type Rule, ruleOf, toArn } from './state.ts';
import { readTags } from './tags.ts';

const STATES = ['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'];

/** Makes a rule, or changes one as a whole: what the request does not say goes back to its default. */
export function putRule(call: Call): Output {
  const { input, now, state } = call;
  const name = readName(input, 'Name', 64);
  const given = {
    state: choice(input, 'State', STATES) ?? 'ENABLED',
    description: readDescription(input),
    roleArn: text(input, 'RoleArn'),
    pattern: readPattern(input),
    schedule: text(input, 'ScheduleExpression'),
  };
  const tags = readTags(input);
  const bus = busOf(call);
  if (given.pattern === undefined && given.schedule === undefined) {
    throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (given.schedule !== undefined) {
    readSchedule(given.schedule);
    if (bus.name !== 'default')
      throw invalid('ScheduleExpression is supported only on the default event bus.');
  }
  const existing = bus.rules.get(name);
  checkQuotas(bus, existing, given.pattern?.compiled);
  const rule = existing ?? createRule(bus, name, now);
  // Tags of a rule that is there already are not touched.
  if (existing === undefined) for (const [key, value] of tags) rule.tags.set(key, value);
  Object.assign(rule, given);
  bus.rules.set(name, rule);
  apply(rule);
  resetSchedule(state, rule, now);
  return { RuleArn: rule.arn };
}

/** Deletes a rule without targets; one that is not there is as good as deleted. */
export function deleteRule(call: Call): Output {
  const bus = busOf(call);
  const rule = bus.rules.get(readName(call.input, 'Name', 64));
  if (rule === undefined) return {};
  if (rule.targets.size > 0) throw invalid("Rule can't be deleted since it has targets.");
  bus.rules.delete(rule.name);
  bus.index.delete(rule.name);
  rule.cancel?.();
  return {};
}

export function describeRule(call: Call): Output {
  const rule = ruleOf(call);
  return { ...show(rule), CreatedBy: rule.bus.account };
}

export function listRules(call: Call): Output {
  const bus = busOf(call);
  const prefix = text(call.input, 'NamePrefix') ?? '';
  const all = sorted(bus).filter(({ name }) => name.startsWith(prefix));
  return pageOf(call.input, 'Rules', all.map(show));
}

export function listRuleNamesByTarget(call: Call): Output {
  const arn = requiredText(call.input, 'TargetArn');
  const all = sorted(busOf(call)).filter(({ targets }) =>
    [...targets.values()].some((each) => each.arn === arn),
  );
  return pageOf(
    call.input,
    'RuleNames',
    all.map(({ name }) => name),
  );
}

export function enableRule(call: Call): Output {
  return setState(call, 'ENABLED');
}

export function disableRule(call: Call): Output {
  return setState(call, 'DISABLED');
}

/** Reads a pattern as rules and archives have it. */
export function readPattern(input: Input): Rule['pattern'] {
  const pattern = text(input, 'EventPattern');
  if (pattern === undefined || pattern === '') return undefined;
  if (pattern.length > PATTERN_FIELD_MAX) {
    throw constraint(pattern, 'eventPattern', `have length less than or equal to ${PATTERN_FIELD_MAX}`);
  }
  if (pattern.length > PATTERN_MAX) {
    throw overLimit(
      `The event pattern has ${pattern.length} characters, at most ${PATTERN_MAX} are allowed.`,
    );
  }
  return { text: pattern, compiled: compileEventPattern(pattern) };
}

export function isEnabled(rule: Rule): boolean {
  return rule.state !== 'DISABLED';
}

function setState(call: Call, state: string): Output {
  const rule = ruleOf(call);
  rule.state = state;
  apply(rule);
  resetSchedule(call.state, rule, call.now);
  return {};
}

/** Enters the rule into its bus's index, or takes it out. */
export function apply(rule: Rule): void {
  const { bus, name, pattern } = rule;
  if (pattern !== undefined && isEnabled(rule)) bus.index.set(name, pattern.compiled);
  else bus.index.delete(name);
}

function createRule(bus: Bus, name: string, now: number): Rule {
  const path = bus.name === 'default' ? `rule/${name}` : `rule/${bus.name}/${name}`;
  return {
    ...{ name, arn: toArn(bus, path), bus, createdAt: now, targets: new Map(), tags: new Map() },
    ...{ state: 'ENABLED', description: undefined, roleArn: undefined },
    ...{ pattern: undefined, schedule: undefined, scheduledAt: now, cancel: undefined },
  };
}

function checkQuotas(bus: Bus, existing: Rule | undefined, pattern: EventPattern | undefined): void {
  if (existing === undefined && bus.rules.size >= RULES_MAX) throw overLimit();
  if (pattern?.wildcard !== true || existing?.pattern?.compiled.wildcard === true) return;
  const wild = [...bus.rules.values()].filter((rule) => rule.pattern?.compiled.wildcard === true).length;
  if (wild >= WILDCARD_RULES_MAX) throw overLimit();
}

function readDescription(input: Input): string | undefined {
  const description = text(input, 'Description');
  if (description !== undefined && description.length > 512) {
    throw constraint(description, 'description', 'have length less than or equal to 512');
  }
  return description;
}

function sorted(bus: Bus): readonly Rule[] {
  return [...bus.rules.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

function show(rule: Rule): Readonly<Record<string, unknown>> {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventBusName: rule.bus.name,
    State: rule.state,
    ...(rule.pattern !== undefined && { EventPattern: rule.pattern.text }),
    ...(rule.schedule !== undefined && { ScheduleExpression: rule.schedule }),
    ...(rule.description !== undefined && { Description: rule.description }),
    ...(rule.roleArn !== undefined && { RoleArn: rule.roleArn }),
  };
}
