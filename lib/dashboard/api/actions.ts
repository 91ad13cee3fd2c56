/** The routes that act. A desk that is read only refuses them all. */

import { post, type Route } from './route.ts';
import { REDRIVE, REDRIVE_ANSWER, ROUTE_ANSWER } from './row-schema.ts';
import { flag, json, jsonText, nullable, object, record, text, whole } from './schema.ts';

/** A function URL answers within 15 minutes, but nobody looks at a page for so long. */
export const WAIT_MAX_MS = 60_000;
const WAIT_MS = 10_000;
/** As many tasks as one process may run at once; more is a mistake in the call. */
const SLOTS_OF_WORKER_MAX = 10_000;

const TIMEOUT = whole(1, WAIT_MAX_MS);
const SENT = object({ id: text });
const NO_INPUT = 'null';

const RUN_ACTIONS: readonly Route[] = [
  post('/api/tasks/:name/send', 'Sends a task', {
    body: object({}, { input: jsonText, options: record(json) }),
    answer: SENT,
    run: (desk, { path, body }) => desk.send(path.name, body.input ?? NO_INPUT, body.options),
  }),
  post('/api/tasks/:name/call', 'Sends a task and waits for its result', {
    body: object({}, { input: jsonText, timeout: TIMEOUT }),
    answer: object({ result: text }),
    run: (desk, { path, body }) => desk.call(path.name, body.input ?? NO_INPUT, body.timeout ?? WAIT_MS),
  }),
  post('/api/runs/:id/result', "Waits for a run's result", {
    body: object({}, { timeout: TIMEOUT }),
    answer: object({ result: text }),
    run: (desk, { path, body }) => desk.result(path.id, body.timeout ?? WAIT_MS),
  }),
  post('/api/runs/:id/revoke', 'Revokes a run; with `terminate` also one that has started', {
    body: object({}, { terminate: flag, task: text }),
    answer: object({ outcome: text }),
    run: (desk, { path, body }) => desk.revoke(path.id, body.terminate ?? false, body.task),
  }),
  post('/api/runs/:id/retry', 'Runs an ended run once more, with another input if one is given', {
    body: object({}, { input: jsonText }),
    answer: SENT,
    run: (desk, { path, body }) => desk.retry(path.id, body.input),
  }),
  post('/api/runs/:id/forget', 'Drops what is kept of a run: input, result, error', {
    run: (desk, { path }) => desk.forget(path.id),
  }),
];

const QUEUE_ACTIONS: readonly Route[] = [
  post('/api/exchanges/:name/publish', 'Publishes a message', {
    body: object({ key: text, body: jsonText }, { headers: record(json) }),
    answer: object({ messageId: text, route: ROUTE_ANSWER }),
    run: (desk, { path, body }) => desk.publish(path.name, body.key, body.body, body.headers ?? {}),
  }),
  post('/api/queues/:name/purge', 'Deletes all messages of a queue', {
    answer: object({ purged: whole(0, Number.MAX_SAFE_INTEGER) }),
    run: (desk, { path }) => desk.purge(path.name),
  }),
  post('/api/queues/:name/pause', 'Stops that a queue is worked', {
    run: (desk, { path }) => desk.pauseQueue(path.name),
  }),
  post('/api/queues/:name/resume', 'Lets a queue be worked again', {
    run: (desk, { path }) => desk.resumeQueue(path.name),
  }),
  post('/api/dead-letters/redrive', 'Sends dead letters again, or says which it would send', {
    body: REDRIVE,
    answer: REDRIVE_ANSWER,
    run: (desk, { body }) => desk.redrive(body),
  }),
];

const SCHEDULE_ACTIONS: readonly Route[] = [
  post('/api/schedules', 'Adds a schedule', {
    body: object({ name: text, trigger: text, task: text }, { input: jsonText }),
    run: (desk, { body: { name, trigger, task, input } }) =>
      desk.addSchedule(name, trigger, task, input ?? NO_INPUT),
  }),
  post('/api/schedules/:name/reschedule', 'Gives a schedule another trigger', {
    body: object({ trigger: text }),
    run: (desk, { path, body }) => desk.rescheduleSchedule(path.name, body.trigger),
  }),
  post('/api/schedules/:name/pause', 'Stops that a schedule fires', {
    run: (desk, { path }) => desk.pauseSchedule(path.name),
  }),
  post('/api/schedules/:name/resume', 'Lets a schedule fire again', {
    run: (desk, { path }) => desk.resumeSchedule(path.name),
  }),
  post('/api/schedules/:name/run', 'Fires a schedule now', {
    answer: SENT,
    run: (desk, { path }) => desk.runSchedule(path.name),
  }),
  post('/api/schedules/:name/remove', 'Removes a schedule', {
    run: (desk, { path }) => desk.removeSchedule(path.name),
  }),
];

const WORKER_ACTIONS: readonly Route[] = [
  post(
    '/api/limits/:task',
    "Changes a task's limits for all workers; null, or left out: those of its definition",
    {
      body: object({}, { rateLimit: nullable(text), concurrency: nullable(whole(1, 1_000_000)) }),
      run: (desk, { path, body }) =>
        desk.setLimits(path.task, body.rateLimit ?? null, body.concurrency ?? null),
    },
  ),
  post('/api/workers/:name/shutdown', 'Lets a long-running worker finish and end', {
    run: (desk, { path }) => desk.shutdownWorker(path.name),
  }),
  post('/api/workers/:name/resize', 'Gives a long-running worker another number of slots', {
    body: object({ concurrency: whole(1, SLOTS_OF_WORKER_MAX) }),
    run: (desk, { path, body }) => desk.resizeWorker(path.name, body.concurrency),
  }),
];

export const ACTIONS: readonly Route[] = [
  ...RUN_ACTIONS,
  ...QUEUE_ACTIONS,
  ...SCHEDULE_ACTIONS,
  ...WORKER_ACTIONS,
];
