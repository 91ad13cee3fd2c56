/**
 * The policy of a function: kept and shown as AWS shows it. Nobody is refused by it, here as everywhere in
 * the emulator: any caller may do everything.
 */
import type { Input, Output } from '../service.ts';
import { conflict, notFound } from './errors.ts';
import type { LambdaFunction } from './function.ts';
import type { Functions, Operation } from './functions.ts';
import { checkRevision, optionalChoice, optionalFlag, optionalText, requiredText } from './input.ts';

/** A statement of a function's policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: string | Readonly<Record<string, string>>;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The operations of the API on policies. */
export function permissionOperations(resolve: Functions['resolve']): Readonly<Record<string, Operation>> {
  return {
    AddPermission(input, caller) {
      const fn = resolve(input, caller);
      checkRevision(fn, input);
      const statement = readStatement(input, fn);
      const statements = fn.policy ?? [];
      if (statements.some(({ Sid }) => Sid === statement.Sid)) {
        const advice = 'Please provide a new statement id, or remove the existing statement.';
        throw conflict(`The statement id (${statement.Sid}) provided already exists. ${advice}`);
      }
      fn.policy = [...statements, statement];
      return { Statement: JSON.stringify(statement) };
    },
    GetPolicy(input, caller): Output {
      const fn = resolve(input, caller);
      if (fn.policy === undefined || fn.policy.length === 0)
        throw notFound('The resource you requested does not exist.');
      const policy = { Version: '2012-10-17', Id: 'default', Statement: fn.policy };
      return { Policy: JSON.stringify(policy), RevisionId: fn.revision };
    },
    RemovePermission(input, caller) {
      const fn = resolve(input, caller);
      checkRevision(fn, input);
      const id = requiredText(input, 'StatementId');
      const left = (fn.policy ?? []).filter(({ Sid }) => Sid !== id);
      if (left.length === (fn.policy?.length ?? 0))
        throw notFound(`Statement ${id} is not found in resource policy.`);
      fn.policy = left;
      return {};
    },
  };
}

function readStatement(input: Input, fn: LambdaFunction): Statement {
  const condition = readCondition(input);
  return {
    Sid: requiredText(input, 'StatementId'),
    Effect: 'Allow',
    Principal: toPrincipal(requiredText(input, 'Principal')),
    Action: requiredText(input, 'Action'),
    Resource: fn.arn,
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
}

function readCondition(input: Input): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const equals = Object.entries({
    'AWS:SourceAccount': optionalText(input, 'SourceAccount'),
    'aws:PrincipalOrgID': optionalText(input, 'PrincipalOrgID'),
    'lambda:EventSourceToken': optionalText(input, 'EventSourceToken'),
    'lambda:FunctionUrlAuthType': optionalChoice(input, 'FunctionUrlAuthType', ['NONE', 'AWS_IAM']),
  }).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  const sourceArn = optionalText(input, 'SourceArn');
  const viaUrl = optionalFlag(input, 'InvokedViaFunctionUrl');
  return {
    ...(equals.length === 0 ? {} : { StringEquals: Object.fromEntries(equals) }),
    ...(sourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': sourceArn } }),
    ...(viaUrl === undefined ? {} : { Bool: { 'lambda:InvokedViaFunctionUrl': String(viaUrl) } }),
  };
}

function toPrincipal(written: string): Statement['Principal'] {
  if (written === '*') return written;
  if (/^\d{12}$/.test(written)) return { AWS: `arn:aws:iam::${written}:root` };
  return written.startsWith('arn:') ? { AWS: written } : { Service: written };
}
