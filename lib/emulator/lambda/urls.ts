/** Function URLs: their configuration, and the operations of the API on it. */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Caller, Input, Output } from '../service.ts';
import { conflict, constraintBroken, notFound, notServed } from './errors.ts';
import type { LambdaFunction } from './function.ts';
import type { Functions, Operation } from './functions.ts';
import { optionalChoice, optionalFlag, optionalInteger, optionalStructure, optionalTexts } from './input.ts';

/** What browsers of other sites may do. */
export interface Cors {
  readonly AllowCredentials?: boolean;
  readonly AllowHeaders?: readonly string[];
  readonly AllowMethods?: readonly string[];
  readonly AllowOrigins?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly MaxAge?: number;
}

/** The URL of a function. */
export interface FunctionUrl {
  readonly id: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly cors?: Cors;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Where an emulator serves function URLs: AWS's host names lead to AWS. */
export const URL_PATH = '/_celeriac/url/';

const CORS_AGE_MAX_S = 86_400;

/** The operations of the API on URLs. */
export function urlOperations(functions: Functions, clock: Clock): Readonly<Record<string, Operation>> {
  const find = (input: Input, caller: Caller) => functions.resolve(input, caller);
  function existing(fn: LambdaFunction): FunctionUrl {
    if (fn.url !== undefined) return fn.url;
    throw notFound('The resource you requested does not exist.');
  }
  return {
    CreateFunctionUrlConfig(input, caller) {
      const fn = find(input, caller);
      const authType = readAuthType(input);
      if (authType === undefined) throw constraintBroken(undefined, 'authType', 'Member must not be null');
      if (fn.url !== undefined) {
        const problem = 'FunctionUrlConfig exists for this Lambda function';
        throw conflict(
          `Failed to create function url config for [functionArn = ${fn.arn}]. Error message:  ${problem}`,
        );
      }
      fn.url = readUrl(fn, input, { authType, createdAt: clock.now(), now: clock.now() });
      return show(fn, fn.url, caller);
    },
    UpdateFunctionUrlConfig(input, caller) {
      const fn = find(input, caller);
      const { createdAt, ...old } = existing(fn);
      const authType = readAuthType(input) ?? old.authType;
      fn.url = readUrl(fn, input, { authType, createdAt, now: clock.now(), cors: old.cors });
      return show(fn, fn.url, caller);
    },
    GetFunctionUrlConfig(input, caller) {
      const fn = find(input, caller);
      return show(fn, existing(fn), caller);
    },
    ListFunctionUrlConfigs(input, caller) {
      const fn = find(input, caller);
      const all = [fn, ...functions.qualified(fn)];
      return {
        FunctionUrlConfigs: all.flatMap((each) =>
          each.url === undefined ? [] : [show(each, each.url, caller)],
        ),
      };
    },
    DeleteFunctionUrlConfig(input, caller) {
      const fn = find(input, caller);
      existing(fn);
      fn.url = undefined;
      return {};
    },
  };
}

interface Read {
  readonly authType: FunctionUrl['authType'];
  readonly createdAt: number;
  readonly now: number;
  readonly cors?: Cors | undefined;
}

function readUrl(
  fn: LambdaFunction,
  input: Input,
  { authType, createdAt, now, cors: old }: Read,
): FunctionUrl {
  const mode = optionalChoice(input, 'InvokeMode', ['BUFFERED', 'RESPONSE_STREAM']);
  if (mode === 'RESPONSE_STREAM') throw notServed('InvokeMode RESPONSE_STREAM of a function URL');
  const written = optionalStructure(input, 'Cors');
  const cors = written === undefined ? old : readCors(written);
  return { id: toId(fn.arn), authType, createdAt, modifiedAt: now, ...(cors === undefined ? {} : { cors }) };
}

function readAuthType(input: Input): FunctionUrl['authType'] | undefined {
  return optionalChoice(input, 'AuthType', ['NONE', 'AWS_IAM']);
}

function readCors(written: Input): Cors {
  const credentials = optionalFlag(written, 'AllowCredentials');
  const age = optionalInteger(written, 'MaxAge', 0, CORS_AGE_MAX_S);
  const lists = (['AllowHeaders', 'AllowMethods', 'AllowOrigins', 'ExposeHeaders'] as const).flatMap(
    (name) => {
      const values = optionalTexts(written, name);
      return values === undefined ? [] : [[name, values] as const];
    },
  );
  return {
    ...(credentials === undefined ? {} : { AllowCredentials: credentials }),
    ...Object.fromEntries(lists),
    ...(age === undefined ? {} : { MaxAge: age }),
  };
}

function show(fn: LambdaFunction, url: FunctionUrl, caller: Caller): Output {
  return {
    FunctionUrl: `${caller.endpoint}${URL_PATH}${url.id}/`,
    FunctionArn: fn.arn,
    AuthType: url.authType,
    ...(url.cors === undefined ? {} : { Cors: url.cors }),
    CreationTime: new Date(url.createdAt).toISOString(),
    LastModifiedTime: new Date(url.modifiedAt).toISOString(),
    InvokeMode: 'BUFFERED',
  };
}

// Like AWS's, an id is 32 small letters and digits, and follows from the function.
function toId(arn: string): string {
  return BigInt(`0x${createHash('sha256').update(arn).digest('hex')}`)
    .toString(36)
    .slice(0, 32)
    .padStart(32, 'a');
}
