/** What must and must not compile about the handles of workflows. */
import { chain, chunks, group, link, linkError, map } from '../../lib/define/workflow.ts';
import type { GroupResult, MemberResult, Send, WorkflowNode } from '../../lib/define/workflow-client.ts';
import { type AsyncResult, defineTask } from '../../lib/index.ts';

/** Compiles when the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<_True extends true>(): void {}
type Resolved<P> = P extends Promise<infer Value> ? Value : never;
type ItemOf<I> = I extends AsyncIterable<infer Item> ? Item : never;

declare const send: Send;
const price = defineTask('price', { run: ({ sku }: { sku: string }) => sku.length });
const when = defineTask('when', { run: () => new Date(0) });
const list = defineTask('list', { run: () => [1, 2] });
const alarm = defineTask('alarm', { run: (_failure: { readonly id: string }) => undefined });
const log = defineTask('log', { run: (_results: readonly unknown[]) => undefined });

const both = send(group([price({ sku: 'tea' }), when()]));
is<Same<typeof both, Promise<GroupResult<[number, string]>>>>();
declare const pair: Resolved<typeof both>;
is<Same<Resolved<ReturnType<typeof pair.join>>, [number, string]>>();
is<Same<Resolved<ReturnType<typeof pair.get>>, [number, string]>>();

declare const member: ItemOf<ReturnType<typeof pair.results>>;
// The place of a member tells the type of its value.
if (member.state === 'SUCCESS' && member.index === 0) is<Same<typeof member.value, number>>();
if (member.state === 'SUCCESS' && member.index === 1) is<Same<typeof member.value, string>>();
// @ts-expect-error a member that failed has no value
if (member.state === 'FAILURE') void member.value;
// @ts-expect-error there are two members
if (member.index === 2) void member;

const many = send(group(['tea', 'milk'].map((sku) => price({ sku }))));
is<Same<typeof many, Promise<GroupResult<number[]>>>>();
declare const few: Resolved<typeof many>;
is<Same<ItemOf<ReturnType<typeof few.results>>, MemberResult<number>>>();
is<Same<Resolved<ReturnType<typeof few.join>>, number[]>>();

const cut = send(chunks(price, [{ sku: 'tea' }], 10));
is<Same<typeof cut, Promise<GroupResult<number[][]>>>>();
const told = send(linkError(link(group([price({ sku: 'tea' })]), log), alarm));
is<Same<typeof told, Promise<GroupResult<[number]>>>>();

// A list is no group: a chain, a task and a map that bring one have a plain handle.
const chained = send(chain(list()));
is<Same<typeof chained, Promise<AsyncResult<number[]>>>>();
const mapped = send(map(price, [{ sku: 'tea' }]));
is<Same<typeof mapped, Promise<AsyncResult<number[]>>>>();
const single = send(list());
is<Same<typeof single, Promise<AsyncResult<number[]>>>>();
// @ts-expect-error so it has no members to join
void Promise.resolve(chained).then((result) => result.join());

// Nothing stands as null in a list.
const nothing = defineTask('nothing', { run: () => {} });
const maybe = defineTask('maybe', { run: (n: number) => (n > 0 ? n : undefined) });
const voids = send(group([nothing(), maybe(1)]));
is<Same<typeof voids, Promise<GroupResult<[null, number | null]>>>>();
declare const none: Resolved<typeof voids>;
is<Same<Resolved<ReturnType<typeof none.join>>, [null, number | null]>>();
declare const one: ItemOf<ReturnType<typeof none.results>>;
if (one.state === 'SUCCESS' && one.index === 0) is<Same<typeof one.value, null>>();
const mappedVoid = send(map(maybe, [1]));
is<Same<typeof mappedVoid, Promise<AsyncResult<(number | null)[]>>>>();

declare const node: WorkflowNode;
if (node.kind === 'group') is<Same<typeof node.counts.succeeded, number>>();
// @ts-expect-error a chain is not counted
if (node.kind === 'chain') void node.counts;
// @ts-expect-error a task has no parts
if (node.kind === 'task') void node.parts;
