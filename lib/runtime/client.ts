/**
 * The client: performs what signatures describe. One is made by `connect`, by `simulate`, and for each
 * running task.
 */
import { type IdSpace, newId } from '../core/id.ts';
import type { App } from '../define/app.ts';
import type { AsyncResult, Client, Sender, SendOutcome, WorkflowOptions } from '../define/client.ts';
import { hasLater } from '../define/later.ts';
import { laterQueueName } from '../define/resource-name.ts';
import type {
  Signature as AnySignature,
  TaskSignature as Signature,
  WorkflowSignature,
} from '../define/signature.ts';
import type { OutputOf } from '../define/task.ts';
import type { Send } from '../define/workflow-client.ts';
import { SendError } from '../errors.ts';
import { carriedBy } from './carried.ts';
import { type Carriers, createCarriers } from './carriers.ts';
import { createClientSchedules } from './client-schedules.ts';
import { createControls } from './controls.ts';
import type { DelayPorts } from './delayed.ts';
import { createInbox, type Inbox, type ReplyAddress } from './inbox.ts';
import { NO_PUBLISHER } from './no-publisher.ts';
import { refuseOther } from './not-a-call.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { ownTask } from './own-task.ts';
import type { Ports } from './ports.ts';
import { createPublisher } from './publisher.ts';
import { createReplay } from './replay.ts';
import { createResults, type Results } from './result.ts';
import { createRoom, type Room } from './room.ts';
import { createCall, type SentCall } from './rpc.ts';
import type { Secrets } from './secrets.ts';
import { takenId } from './taken.ts';
import { transmit } from './transmit.ts';
import { createTurns, type Turns } from './turns.ts';
import { createWorkflowHandle } from './workflow-handle.ts';
import { sendWorkflow } from './workflow-send.ts';
import { createWorkflows, workflowContext } from './workflows.ts';

/** Set by the bundler to `false` for an app of tasks alone: nothing of it publishes, consumes or forwards. */
declare const CELERIAC_MESSAGING: boolean | undefined;
/** The same for an app none of whose exchanges is carried by SNS, or by EventBridge. */
declare const CELERIAC_TOPICS: boolean | undefined;
declare const CELERIAC_BUS: boolean | undefined;
/** The same where no workflow goes through. */
declare const CELERIAC_WORKFLOWS: boolean | undefined;

/** What several senders of one process share: the outbox's batches and the results' poll. */
export interface Connection {
  readonly app: App;
  readonly space: IdSpace;
  readonly ports: Ports;
  readonly outbox: Outbox;
  readonly results: Results;
  /** Which services carry the exchanges. */
  readonly carriers: Carriers;
  /** Whether queues with a maxLength are full. */
  readonly room: Room;
  /** The order in which ordered messages were begun. */
  readonly turns: Turns;
  /** Sends and publishes under way: one may still be on its way to the outbox. */
  readonly sends: Set<Promise<unknown>>;
  /** The way of what waits longer than SQS delays; undefined where the app has no `later`. */
  readonly delays: DelayPorts | undefined;
  /** Where replies come back; undefined where a call waits for the run's record. */
  readonly inbox?: Inbox | undefined;
  /** What no log line or error of a message under way may show. */
  readonly secrets?: Secrets | undefined;
}

export function createConnection(app: App, stage: string, ports: Ports): Connection {
  const space = { app: app.name, stage };
  const outbox = createOutbox(ports);
  const { clock } = ports;
  return {
    app,
    space,
    ports,
    outbox,
    delays: hasLater(app)
      ? { clock, outbox, laterQueueName: laterQueueName(app.name, stage), timers: undefined }
      : undefined,
    results: createResults({ ...ports, space }),
    carriers: createCarriers(() => carriedBy(app, stage)),
    room:
      typeof CELERIAC_MESSAGING === 'undefined' || CELERIAC_MESSAGING ? createRoom(app, space, ports) : ROOM,
    turns: createTurns(clock),
    sends: new Set(),
  };
}

/** In an app of tasks alone no queue has a limit. */
const ROOM: Room = Object.freeze({ check: async () => {} });

/**
 * A sender whose messages carry `hops`: 0 from outside, one more than its own message's from inside a task.
 */
export function createSender(shared: Connection, hops: number): Sender {
  const store = shared.ports.blobs === undefined ? undefined : shared.outbox.store;
  const perform = async (signature: Signature, address?: ReplyAddress): Promise<SentCall> => {
    const { task, id, isOthers = false } = await transmit(shared, { hops, address, store }, signature);
    return { result: shared.results.handle(task, id), isOthers };
  };
  const track = async <Output>(signature: Signature<Output>): Promise<AsyncResult<Output>> => {
    const { result } = await tracked(shared, perform(signature));
    // The signature was made by the task itself, so its output type is the handle's.
    return result as AsyncResult<Output>;
  };
  const send = async <Output>(
    signature: AnySignature<Output>,
    options?: WorkflowOptions,
  ): Promise<AsyncResult<Output>> => {
    refuseOther(signature, ['signature', 'workflow'], 'send takes task(input), or a workflow of such calls');
    return signature.kind === 'signature'
      ? track(signature)
      : tracked(shared, sendTracked(signature, options));
  };
  const sendTracked =
    typeof CELERIAC_WORKFLOWS === 'undefined' || CELERIAC_WORKFLOWS
      ? async <Output>(
          { plan }: WorkflowSignature<Output>,
          options?: WorkflowOptions,
        ): Promise<AsyncResult<Output>> => {
          const { id, pages } = await sendWorkflow(shared, hops, plan, options);
          // The signature says what its plan brings.
          return createWorkflowHandle(workflowContext(shared), id, plan, pages) as AsyncResult<Output>;
        }
      : noWorkflows;
  const { publish, publishMany } =
    typeof CELERIAC_MESSAGING === 'undefined' || CELERIAC_MESSAGING
      ? createPublisher(shared, hops)
      : NO_PUBLISHER;
  return {
    // The handle of a group has its members, as that of a GroupSignature says.
    send: send as Send,
    newId: () => newId(shared.space, shared.ports.clock.now(), shared.ports.chance),
    publish,
    publishMany,
    call: createCall(shared, (signature, address) => tracked(shared, perform(signature, address))),
    sendMany: (signatures) => Promise.all(signatures.map((signature) => outcomeOf(send(signature)))),
    result: (asked, of) => {
      const task = ownTask(shared.app, asked);
      const id = typeof of === 'string' ? of : takenId(shared.space, of.messageId, task.name);
      // The handle has the type of the task that it was asked for.
      return shared.results.handle(task, id) as AsyncResult<OutputOf<typeof asked>>;
    },
  };
}

function tracked<T>({ sends }: Connection, sending: Promise<T>): Promise<T> {
  sends.add(sending);
  // Not the promise itself is given away: a rejection that nobody looks at must stay an unhandled one.
  return sending.finally(() => sends.delete(sending));
}

async function noWorkflows(): Promise<never> {
  const text =
    'this worker cannot send workflows: no task of its own queue keeps a result, so it was built without ' +
    'them; remove result: false from the task that sends';
  throw new SendError('NO_STATE', text);
}

/** A client over ports; `release` lets go of what the adapters hold. */
export function createClient(
  app: App,
  stage: string,
  ports: Ports,
  release: () => Promise<void> = async () => {},
): Client {
  const { replies } = ports;
  const plain = createConnection(app, stage, ports);
  const inbox = replies === undefined ? undefined : createInbox({ ...ports, replies }, plain.space);
  const shared = { ...plain, inbox };
  const flush = (): Promise<void> => settled(shared.sends);
  const close = async (): Promise<void> => {
    await flush();
    await inbox?.close();
    await release();
  };
  const replay = createReplay(shared);
  const lateReplies = (): number => inbox?.late() ?? 0;
  const more = { flush, replay, lateReplies, close, [Symbol.asyncDispose]: close };
  const sender = createSender(shared, 0);
  const schedules = createClientSchedules(shared, sender.publish);
  return { ...sender, ...createControls(shared), ...createWorkflows(shared), schedules, ...more };
}

/** Resolves when no send is under way; whether they succeed is told to those who sent. */
export async function settled(sends: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (sends.size > 0) await Promise.allSettled(sends);
}

async function outcomeOf<Output>(sending: Promise<AsyncResult<Output>>): Promise<SendOutcome<Output>> {
  try {
    return { status: 'sent', result: await sending };
  } catch (error) {
    return { status: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
  }
}
