/** The operations that only read: stacks, events, resources, templates, exports. */
import { type Operations, page, requiredText, text, texts } from '../../operations.ts';
import type { Input, Output } from '../../service.ts';
import type { StackBook } from '../book.ts';
import { absent, findChangeSet, findStack, lookUpStack } from './find.ts';
import { importersOf } from './imports.ts';
import { validationError } from './plan-stack.ts';
import type { ResourceRecord, StackRecord } from './record.ts';
import { showEvent, showResource, showStack, summary } from './show.ts';
import { summarise } from './summary.ts';
import { parseTemplate, readBody } from './template-source.ts';
import type { CloudformationOptions } from './worker.ts';

const PAGE = 100;

/** The operations that read. */
export function readOperations({ book, sources }: CloudformationOptions): Operations {
  return {
    DescribeStacks(input, { account, region }) {
      if (text(input, 'StackName') !== undefined)
        return { Stacks: [showStack(findStack(book, { account, region }, input), book)] };
      const live = [...book.records.all()].filter(
        (record) => record.deletedAt === undefined && record.account === account && record.region === region,
      );
      const { items, next } = page(live, text(input, 'NextToken'), PAGE);
      return { Stacks: items.map((record) => showStack(record, book)), ...token(next) };
    },
    ListStacks(input, { account, region }) {
      const wanted = texts(input, 'StackStatusFilter');
      const all = [...book.records.all()]
        .filter((record) => record.account === account && record.region === region)
        .filter(({ status }) => wanted.length === 0 || wanted.includes(status));
      const { items, next } = page(all.reverse(), text(input, 'NextToken'), PAGE);
      return { StackSummaries: items.map(summary), ...token(next) };
    },
    DescribeStackEvents(input, caller) {
      const record = findStack(book, caller, input, absent);
      const newestFirst = [...record.events].reverse();
      const { items, next } = page(newestFirst, text(input, 'NextToken'), PAGE);
      return { StackEvents: items.map((event) => showEvent(record, event)), ...token(next) };
    },
    ...resourceOperations(book),
    GetTemplate(input, caller) {
      const changeSet = text(input, 'ChangeSetName');
      const { request } =
        changeSet === undefined
          ? findStack(book, caller, input)
          : findChangeSet(book, caller, input).changeSet;
      return { TemplateBody: request.body, StagesAvailable: ['Original', 'Processed'] };
    },
    GetTemplateSummary(input, caller) {
      const known = text(input, 'StackName');
      const of = known === undefined ? undefined : findStack(book, caller, input).request;
      return {
        ...summarise(of?.template ?? parseTemplate(readBody(input, sources))),
        ResourceIdentifierSummaries: [],
      };
    },
    ValidateTemplate(input) {
      const whole = summarise(parseTemplate(readBody(input, sources)));
      const { ResourceTypes: _types, Version: _version, Metadata: _metadata, ...shown } = whole;
      return shown;
    },
    ListExports(input, { account, region }) {
      const exports = [...book.stacks.values()]
        .filter(({ facts }) => facts.account === account && facts.region === region)
        .flatMap(({ key, exports: own }) =>
          [...own].map(([Name, Value]) => ({
            ...{ ExportingStackId: book.records.current(key)?.id ?? key, Name, Value },
          })),
        );
      const { items, next } = page(exports, text(input, 'NextToken'), PAGE);
      return { Exports: items, ...token(next) };
    },
    ListImports(input, { account, region }) {
      const name = requiredText(input, 'ExportName');
      const imports = importersOf(book, { account, region, key: '' }, name);
      if (imports.length === 0) throw validationError(`Export '${name}' is not imported by any stack.`);
      return { Imports: imports };
    },
  };
}

function resourceOperations(book: StackBook): Operations {
  return {
    DescribeStackResource(input, caller) {
      const record = findStack(book, caller, input, (name) => `Stack '${name}' does not exist`);
      const logicalId = requiredText(input, 'LogicalResourceId');
      const resource = record.resources.get(logicalId);
      if (resource === undefined) throw noResource(logicalId, record);
      const detail = { ...ofStack(record), ...showResource(record, resource) };
      return { StackResourceDetail: { ...detail, LastUpdatedTimestamp: new Date(resource.at) } };
    },
    DescribeStackResources(input, caller) {
      const record = findByResource(book, input, caller);
      const wanted = text(input, 'LogicalResourceId');
      const found = [...record.resources.values()].filter(
        ({ logicalId }) => wanted === undefined || logicalId === wanted,
      );
      if (wanted !== undefined && found.length === 0) throw noResource(wanted, record);
      return {
        StackResources: found.map((resource) => ({
          ...{ ...ofStack(record), ...showResource(record, resource), Timestamp: new Date(resource.at) },
        })),
      };
    },
    ListStackResources(input, caller) {
      const record = findStack(book, caller, input);
      const all: readonly ResourceRecord[] = [...record.resources.values()];
      const { items, next } = page(all, text(input, 'NextToken'), PAGE);
      return {
        StackResourceSummaries: items.map((resource) => ({
          ...{ ...showResource(record, resource), LastUpdatedTimestamp: new Date(resource.at) },
        })),
        ...token(next),
      };
    },
  };
}

/** The stack of a request that may name a resource of it instead. */
function findByResource(
  book: StackBook,
  input: Input,
  caller: { readonly account: string; readonly region: string },
): StackRecord {
  const physicalId = text(input, 'PhysicalResourceId');
  if (physicalId === undefined) return findStack(book, caller, input);
  const named = text(input, 'StackName');
  const record =
    named === undefined
      ? [...book.records.all()].find(
          ({ deletedAt, resources }) =>
            deletedAt === undefined && [...resources.values()].some((each) => each.physicalId === physicalId),
        )
      : lookUpStack(book, caller, named);
  if (record !== undefined) return record;
  throw validationError(`Stack for ${physicalId} does not exist`);
}

function noResource(logicalId: string, { name }: StackRecord): Error {
  return validationError(`Resource ${logicalId} does not exist for stack ${name}`);
}

function ofStack({ id, name }: StackRecord): Output {
  return { StackId: id, StackName: name };
}

function token(next: string | undefined): Output {
  return next === undefined ? {} : { NextToken: next };
}
