/**
 * DescribeTable, DeleteTable, ListTables, and what can be asked about and set on a table beside its
 * definition.
 */

import { ServiceError } from '../error.ts';
import type { Output } from '../service.ts';
import { type Context, constrainTableName, findTable, tableNameOf } from './context.ts';
import { describeTable } from './describe.ts';
import {
  Constraints,
  type Fields,
  flag,
  members,
  optionalNumber,
  optionalRecord,
  optionalText,
  refuseUnknown,
} from './input.ts';
import { validation } from './refusals.ts';
import type { Table } from './table.ts';

const TABLE_ONLY = members('TableName');
const LIST_MEMBERS = members('ExclusiveStartTableName', 'Limit');
const TTL_MEMBERS = members('TableName', 'TimeToLiveSpecification');
const BACKUP_MEMBERS = members('TableName', 'PointInTimeRecoverySpecification');
const TABLES_PAGE = 100;
const RECOVERY_DAYS = 35;
const DAY_MS = 24 * 60 * 60 * 1000;
// A restore may go up to five minutes before now.
const RECOVERY_LAG_MS = 5 * 60 * 1000;

export function describeTableOperation(context: Context, input: Fields): Output {
  refuseUnknown('DescribeTable', input, TABLE_ONLY);
  return { Table: describeTable(namedTable(context, input), 'ACTIVE') };
}

export function deleteTable(context: Context, input: Fields): Output {
  refuseUnknown('DeleteTable', input, TABLE_ONLY);
  const table = namedTable(context, input);
  if (table.settings.deletionProtection) {
    const problem = 'Resource cannot be deleted as it is currently protected against deletion';
    throw validation(`${problem}. Disable deletion protection first.`);
  }
  context.region.tables.delete(table.name);
  table.dispose();
  context.trace('DeleteTable', table.name);
  return { TableDescription: describeTable(table, 'DELETING') };
}

export function listTables(context: Context, input: Fields): Output {
  refuseUnknown('ListTables', input, LIST_MEMBERS);
  const constraints = new Constraints();
  const start = optionalText(input, 'ExclusiveStartTableName');
  constraints.pattern('exclusiveStartTableName', start, '[a-zA-Z0-9_.-]+');
  constraints.length('exclusiveStartTableName', start, 3, 255);
  constraints.range('limit', optionalNumber(input, 'Limit'), 1, TABLES_PAGE);
  constraints.check();
  const limit = optionalNumber(input, 'Limit') ?? TABLES_PAGE;
  const names = [...context.region.tables.keys()]
    .sort()
    .filter((name) => start === undefined || name > start);
  const page = names.slice(0, limit);
  const last = names.length > limit ? page.at(-1) : undefined;
  return { TableNames: page, ...(last === undefined ? {} : { LastEvaluatedTableName: last }) };
}

export function updateTimeToLive(context: Context, input: Fields): Output {
  refuseUnknown('UpdateTimeToLive', input, TTL_MEMBERS);
  const specification = optionalRecord(input, 'TimeToLiveSpecification');
  const constraints = new Constraints();
  constrainTableName(constraints, input);
  constraints.required('timeToLiveSpecification', specification);
  if (specification !== undefined) {
    constraints.required('timeToLiveSpecification.enabled', specification.Enabled);
    constraints.required('timeToLiveSpecification.attributeName', specification.AttributeName);
    const name = optionalText(specification, 'AttributeName');
    constraints.length('timeToLiveSpecification.attributeName', name, 1, 255);
  }
  constraints.check();
  const table = namedTable(context, input);
  const enabled = flag(specification ?? {}, 'Enabled');
  const attribute = optionalText(specification ?? {}, 'AttributeName') ?? '';
  const current = table.expiry.attribute;
  if (enabled && current === attribute) throw validation('TimeToLive is already enabled');
  if (!enabled && current === undefined) throw validation('TimeToLive is already disabled');
  if (current !== undefined && current !== attribute) {
    const problem = 'TimeToLive is active on a different AttributeName: current AttributeName is';
    throw validation(`${problem} ${current}`);
  }
  if (enabled) table.expiry.enable(attribute);
  else table.expiry.stop();
  context.trace('UpdateTimeToLive', table.name, { enabled, attribute });
  return { TimeToLiveSpecification: { Enabled: enabled, AttributeName: attribute } };
}

export function describeTimeToLive(context: Context, input: Fields): Output {
  refuseUnknown('DescribeTimeToLive', input, TABLE_ONLY);
  const { attribute } = namedTable(context, input).expiry;
  const description =
    attribute === undefined
      ? { TimeToLiveStatus: 'DISABLED' }
      : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute };
  return { TimeToLiveDescription: description };
}

export function updateContinuousBackups(context: Context, input: Fields): Output {
  refuseUnknown('UpdateContinuousBackups', input, BACKUP_MEMBERS);
  const specification = optionalRecord(input, 'PointInTimeRecoverySpecification');
  const constraints = new Constraints();
  constrainTableName(constraints, input);
  constraints.required('pointInTimeRecoverySpecification', specification);
  const at = 'pointInTimeRecoverySpecification';
  if (specification !== undefined) {
    constraints.required(`${at}.pointInTimeRecoveryEnabled`, specification.PointInTimeRecoveryEnabled);
    const days = optionalNumber(specification, 'RecoveryPeriodInDays');
    constraints.range(`${at}.recoveryPeriodInDays`, days, 1, RECOVERY_DAYS);
  }
  constraints.check();
  const table = backedUpTable(context, input);
  const enabled = flag(specification ?? {}, 'PointInTimeRecoveryEnabled');
  const days = optionalNumber(specification ?? {}, 'RecoveryPeriodInDays') ?? RECOVERY_DAYS;
  const since = table.settings.pointInTimeRecovery?.enabledAt ?? context.clock.now();
  table.settings.pointInTimeRecovery = enabled ? { enabledAt: since, days } : undefined;
  context.trace('UpdateContinuousBackups', table.name, { enabled });
  return { ContinuousBackupsDescription: describeBackups(context, table) };
}

export function describeContinuousBackups(context: Context, input: Fields): Output {
  refuseUnknown('DescribeContinuousBackups', input, TABLE_ONLY);
  return { ContinuousBackupsDescription: describeBackups(context, backedUpTable(context, input)) };
}

export function describeLimits(_context: Context, input: Fields): Output {
  refuseUnknown('DescribeLimits', input, members());
  return {
    AccountMaxReadCapacityUnits: 80_000,
    AccountMaxWriteCapacityUnits: 80_000,
    TableMaxReadCapacityUnits: 40_000,
    TableMaxWriteCapacityUnits: 40_000,
  };
}

export function describeEndpoints(context: Context, input: Fields): Output {
  refuseUnknown('DescribeEndpoints', input, members());
  const address = context.caller.endpoint.replace(/^https?:\/\//, '');
  return { Endpoints: [{ Address: address, CachePeriodInMinutes: 1440 }] };
}

function describeBackups(context: Context, table: Table): Fields {
  const recovery = table.settings.pointInTimeRecovery;
  const off = { PointInTimeRecoveryStatus: 'DISABLED' };
  if (recovery === undefined)
    return { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: off };
  const now = context.clock.now();
  const earliest = Math.max(recovery.enabledAt, now - recovery.days * DAY_MS);
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: recovery.days,
      EarliestRestorableDateTime: new Date(earliest),
      LatestRestorableDateTime: new Date(Math.max(earliest, now - RECOVERY_LAG_MS)),
    },
  };
}

function namedTable(context: Context, input: Fields): Table {
  const constraints = new Constraints();
  constrainTableName(constraints, input);
  constraints.check();
  const name = optionalText(input, 'TableName') ?? '';
  return findTable(context, name, `Requested resource not found: Table: ${name} not found`);
}

function backedUpTable(context: Context, input: Fields): Table {
  const constraints = new Constraints();
  constrainTableName(constraints, input);
  constraints.check();
  const name = tableNameOf(context, optionalText(input, 'TableName') ?? '');
  const table = context.region.tables.get(name);
  if (table === undefined) throw new ServiceError('TableNotFoundException', `Table not found: ${name}`);
  return table;
}
