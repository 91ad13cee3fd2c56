/** The desk of lib/dashboard, asked over its HTTP API. */
import type { Desk } from '../desk.ts';

/** What the API has refused, or that it could not be reached. */
export class DeskError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

type Query = Readonly<Record<string, string | number | undefined>>;

export const desk: Omit<Desk, 'metrics' | 'graph' | 'result'> = {
  overview: () => get('overview'),
  tasks: () => get('tasks'),
  runs: (query) => get('runs', { ...query }),
  run: (id) => get(`runs/${part(id)}`),
  workflows: (query) => get('workflows', { ...query }),
  workflow: (id, at = {}) => get(`workflows/${part(id)}`, { ...at }),
  queues: () => get('queues'),
  peek: (queue, limit) => get(`queues/${part(queue)}/messages`, { limit }),
  waitingRuns: (queue, limit) => get(`queues/${part(queue)}/waiting`, { limit }),
  deadLetters: (query) => get('dead-letters', { ...query }),
  history: () => get('history'),
  exchanges: () => get('exchanges'),
  route: (exchange, key, headers) =>
    get(`exchanges/${part(exchange)}/route`, { key, headers: JSON.stringify(headers) }),
  schedules: (query) => get('schedules', { ...query }),
  workers: () => get('workers'),
  limits: () => get('limits'),
  cost: () => get('cost'),
  waiting: async (id) =>
    (await get<{ waiting?: Awaited<ReturnType<Desk['waiting']>> }>(`waiting/${part(id)}`)).waiting,

  send: (task, input, options = {}) => post(`tasks/${part(task)}/send`, { input, options }),
  call: (task, input, timeoutMs) => post(`tasks/${part(task)}/call`, { input, timeout: timeoutMs }),
  publish: (exchange, key, body, headers) =>
    post(`exchanges/${part(exchange)}/publish`, { key, body, headers }),
  revoke: (id, terminate, task) =>
    post(`runs/${part(id)}/revoke`, task === undefined ? { terminate } : { terminate, task }),
  retry: (id, input) => post(`runs/${part(id)}/retry`, input === undefined ? {} : { input }),
  forget: (id) => post(`runs/${part(id)}/forget`),
  purge: (queue) => post(`queues/${part(queue)}/purge`),
  pauseQueue: (queue) => post(`queues/${part(queue)}/pause`),
  resumeQueue: (queue) => post(`queues/${part(queue)}/resume`),
  redrive: (redrive) => post('dead-letters/redrive', redrive),
  addSchedule: (name, trigger, task, input) => post('schedules', { name, trigger, task, input }),
  rescheduleSchedule: (name, trigger) => post(`schedules/${part(name)}/reschedule`, { trigger }),
  pauseSchedule: (name) => post(`schedules/${part(name)}/pause`),
  resumeSchedule: (name) => post(`schedules/${part(name)}/resume`),
  runSchedule: (name) => post(`schedules/${part(name)}/run`),
  removeSchedule: (name) => post(`schedules/${part(name)}/remove`),
  setLimits: (task, rateLimit, concurrency) => post(`limits/${part(task)}`, { rateLimit, concurrency }),
  shutdownWorker: (name) => post(`workers/${part(name)}/shutdown`),
  resizeWorker: (name, concurrency) => post(`workers/${part(name)}/resize`, { concurrency }),
};

function get<T>(path: string, query: Query = {}): Promise<T> {
  const words = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return ask(words.length === 0 ? path : `${path}?${new URLSearchParams(Object.fromEntries(words))}`, {});
}

function post<T>(path: string, body: object = {}): Promise<T> {
  // No form of another site can send this header, so none can act through a reader's session.
  const headers = { 'content-type': 'application/json', 'x-celeriac': '1' };
  return ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

let session = false;

/** Whether there is a session that can be logged out, as the last answer said. */
export function hasSession(): boolean {
  return session;
}

async function ask<T>(path: string, request: RequestInit): Promise<T> {
  const answer = await fetch(`api/${path}`, { ...request, credentials: 'same-origin' }).catch(
    () => undefined,
  );
  if (answer === undefined) {
    throw new DeskError('UNREACHABLE', 'The server does not answer.', 'It is asked again every few seconds.');
  }
  session = answer.headers.has('x-celeriac-session');
  const body: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw toError(answer.status, body);
  // The API answers with what desk.ts says; its own tests hold its answers against their schemas.
  return body as T;
}

function toError(status: number, body: unknown): DeskError {
  const said: { code?: unknown; message?: unknown; hint?: unknown } =
    typeof body === 'object' && body !== null ? body : {};
  const code = typeof said.code === 'string' ? said.code : `HTTP_${status}`;
  const message = typeof said.message === 'string' ? said.message : `The server answered ${status}.`;
  return new DeskError(code, message, typeof said.hint === 'string' ? said.hint : undefined);
}

function part(name: string): string {
  return encodeURIComponent(name);
}
