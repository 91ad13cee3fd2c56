/**
 * The OpenAPI file: docs/openapi.json is what this returns, and GET /openapi.json answers with it. Written
 * anew by `npx tsx lib/dashboard/api/document.ts`.
 */

import type { Parameter, Route } from './route.ts';
import { ROUTES } from './routes.ts';
import { type JsonSchema, namedSchemas } from './schema.ts';

const FAILURE = {
  type: 'object',
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    value: {},
    allowed: {},
    hint: { type: 'string' },
  },
  required: ['code', 'message'],
  additionalProperties: false,
};

const FAILURES: Readonly<Record<string, string>> = {
  400: 'what was given is not allowed; `value` and `allowed` say more',
  401: 'not logged in (UNAUTHORIZED)',
  403: 'read only (READ_ONLY), or a POST without its header (CSRF)',
  404: 'no task, run, queue, exchange, schedule or worker of this name or id',
  409: 'it is there, but in a state in which this cannot be done',
  500: 'AWS refused, or something is broken',
};

/** Of routes that wait for a run's end. */
const WAITS = /\/(call|result)$/;
const WAIT_FAILURES: Readonly<Record<string, string>> = {
  422: 'the run ended without a result',
  504: 'it took longer than the timeout; the run goes on',
};

/** The whole document. */
export function toOpenApi(): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: toOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Celeriac',
      version: '1',
      description: 'What can be asked of a running app, and done to it. Times are milliseconds since 1970.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths: { ...paths, ...PLAIN },
    components: { schemas: { ...namedSchemas(), Failure: FAILURE }, responses: failureAnswers() },
  };
}

function toOperation(route: Route): JsonSchema {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const parameters = [...inPath, ...Object.entries(route.query).map(toParameter), ...csrf(route)];
  return {
    operationId: toOperationId(route),
    summary: route.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: route.body.json } } } }),
    responses: { ...success(route), ...failures(route) },
  };
}

function toParameter([name, { schema, description }]: [string, Parameter<unknown>]): JsonSchema {
  // An object in an address is one JSON text.
  const shape =
    schema.json.type === 'object'
      ? { content: { 'application/json': { schema: schema.json } } }
      : { schema: schema.json };
  return { name, in: 'query', description, ...shape };
}

function csrf({ method }: Route): readonly JsonSchema[] {
  return method === 'get'
    ? []
    : [
        {
          name: 'x-celeriac',
          in: 'header',
          required: true,
          description: 'any value: a page of another site cannot send it',
          schema: { type: 'string' },
        },
      ];
}

function success({ answer }: Route): JsonSchema {
  return answer === undefined
    ? { 204: { description: 'done' } }
    : { 200: { description: 'the answer', content: { 'application/json': { schema: answer.json } } } };
}

function failures({ path }: Route): JsonSchema {
  const statuses = [...Object.keys(FAILURES), ...(WAITS.test(path) ? Object.keys(WAIT_FAILURES) : [])];
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${status}` }]));
}

function failureAnswers(): JsonSchema {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } };
  return Object.fromEntries(
    Object.entries({ ...FAILURES, ...WAIT_FAILURES }).map(([status, description]) => [
      status,
      { description, content },
    ]),
  );
}

/** 'post /api/runs/:id/revoke' → 'postRunsIdRevoke'. */
function toOperationId({ method, path }: Route): string {
  const words = path.split(/[/:-]+/).filter((word) => word !== '' && word !== 'api');
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** Routes that answer with text. */
const PLAIN = {
  '/metrics': {
    get: {
      operationId: 'getMetrics',
      summary: "Prometheus metrics: Flower's six and ours",
      responses: {
        200: { description: 'the metrics', content: { 'text/plain': { schema: { type: 'string' } } } },
      },
    },
  },
  '/healthcheck': {
    get: {
      operationId: 'getHealthcheck',
      summary: 'Answers OK where this server runs',
      responses: { 200: { description: 'OK', content: { 'text/plain': { schema: { type: 'string' } } } } },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getOpenapi',
      summary: 'This document',
      responses: {
        200: { description: 'the document', content: { 'application/json': { schema: { type: 'object' } } } },
      },
    },
  },
};
