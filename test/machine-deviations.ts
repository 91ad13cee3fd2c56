/**
 * Set up before the tests that run a second time on machines: what they say of Lambda alone is skipped, each
 * with its reason.
 */
import { basename } from 'node:path';
import { beforeEach } from 'vitest';

const NO_DEADLINE =
  'a polling worker has no deadline: heartbeats keep a message for as long as its task runs';
const CALLS =
  "it counts Lambda's calls; test/runtime/polling-worker.test.ts counts those of a polling worker";
const BEATS = "the worker's own record is written at each of its beats";
const BATCH = 'a polling worker receives messages of their own, not batches that share a function';
const ONE_WORKER = 'one worker serves all queues here, so none is without records';
const SOONER =
  'a worker sees the death of its child, so the message comes back sooner than by its visibility';
const ACKS = 'acks share calls, which takes 20 ms here';

const DEVIATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'rpc-inside.test.ts': { 'a worker without records cannot call, and says why': ONE_WORKER },
  'rpc.test.ts': {
    'polls only while calls wait': CALLS,
    'waits as long as it is told, with a poll each 20 s and a beat each five minutes': CALLS,
  },
  'task-limits.test.ts': {
    'progress and a state of its own are read while it runs, at most one write a second': BEATS,
    'a short run makes no heartbeat, a long one one every 15 s': BEATS,
  },
  'worker-calls.test.ts': {
    'a task without a record costs three tenths of a call': CALLS,
    'a task with a record costs half a call, since claims and ends share calls: on a standard queue': CALLS,
    'a task with a record costs half a call, since claims and ends share calls: on an ordered queue': CALLS,
    'tasks that end at different moments share their claims, and cost 1.4 calls each': CALLS,
    'a batch of one costs two writes, as ever': CALLS,
    'an attempt more costs a claim, a release and a copy': CALLS,
  },
  'worker-context.test.ts': {
    'a task reads its headers, its time and its deadline from its context': NO_DEADLINE,
    'a send that the task does not wait for goes out before the worker answers': BATCH,
    'a task whose own queue keeps no results is told why it cannot wait for one': ONE_WORKER,
  },
  'worker-crash.test.ts': {
    'is started again when its message comes back, three times in all, then dead-lettered': SOONER,
    'runs no task again that had been finished before the poisonous one: 5':
      'what has crashed once runs beside others once more, and by itself after that',
    'runs no task again that had been finished before the poisonous one: 9':
      'what has crashed once runs beside others once more, and by itself after that',
  },
  'worker-ordered.test.ts': {
    'a failed head and all behind it are hidden in one call, for the same time':
      'the head is received before the others of its group are sent, and SQS keeps those back',
  },
  'worker-payload.test.ts': { 'that nobody keeps costs no call of DynamoDB, however the run ends': BEATS },
  'worker-redrive.test.ts': {
    'a retry whose release was never written runs all the same, and only once':
      'a call for messages that a dead worker has left open takes the copy, and the old message comes first',
  },
  'worker-suspect.test.ts': {
    'suspects that are put off leave before a fresh message can kill the worker': BATCH,
    'a message that has one crash left runs alone, and the fresh ones of its batch after it': BATCH,
    'a task without a record that was left behind and throws late has no attempt besides': NO_DEADLINE,
    'a send that hangs does not cost its batch the answer': BATCH,
  },
  'worker-takers.test.ts': {
    'of an exchange that is not known yet waits for a day, then is dead-lettered': ACKS,
  },
  'worker-time.test.ts': {
    'a task is told to stop before its worker’s time is over': NO_DEADLINE,
    'a short worker is told to stop after four fifths of its time': NO_DEADLINE,
    'a task that throws because it was told to stop has had an attempt': NO_DEADLINE,
    'comes back alone, and is dead-lettered when that has happened three times': NO_DEADLINE,
    'and ends after all is not lost: the message that comes back finds out': NO_DEADLINE,
    'a suspect for which there is no time left is put off, not started, and stays a suspect': NO_DEADLINE,
    'three that time ran out on together are run one by one, each with a whole worker’s time': NO_DEADLINE,
  },
};

beforeEach(({ task, skip }) => {
  const reason = DEVIATIONS[basename(task.file.name)]?.[task.name];
  if (reason !== undefined) skip(reason);
});
