/** The committed schema data: complete in itself, and that of the SDK clients installed. */
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as secretsmanager from '@aws-sdk/client-secrets-manager';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { dump } from '../../../lib/emulator/wire/generate.ts';
import type { Shape } from '../../../lib/emulator/wire/schema.ts';
import { SERVED } from '../../../lib/emulator/wire/served.ts';
import { KNOWN_SERVICES, schemaOf } from '../../../lib/emulator/wire/services.ts';

const CLIENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...{ cloudformation, cloudwatch, dynamodb, eventbridge, iam, lambda, logs },
  ...{ s3, scheduler, secretsmanager, sns, sqs, ssm, sts },
};

describe.each(KNOWN_SERVICES.map((service) => [service.name, service] as const))('%s', (name, service) => {
  test('the table says the same as the data', () => {
    const data = service.load();

    expect({
      name: service.name,
      signingName: service.signingName,
      protocol: service.protocol,
      target: service.target,
    }).toEqual({
      name: data.name,
      signingName: data.signingName,
      protocol: data.protocol,
      target: data.target,
    });
  });

  test('every name in the data resolves', () => {
    const schema = schemaOf(service);
    const seen = new Set<Shape>();
    const visit = (shape: Shape): void => {
      if (seen.has(shape)) return;
      seen.add(shape);
      if (shape.kind === 'structure') for (const member of shape.members) visit(member.shape);
      if (shape.kind === 'list') visit(shape.item.shape);
      if (shape.kind === 'map') {
        visit(shape.key.shape);
        visit(shape.value.shape);
      }
    };

    for (const operation of Object.keys(schema.data.operations)) {
      const found = schema.operation(operation);
      if (found === undefined) throw new Error(`${operation} is not found`);
      visit(found.input);
      visit(found.output);
    }
    for (const shape of Object.keys(schema.data.shapes)) {
      const error = schema.error(shape);
      if (error !== undefined) visit(error);
    }

    expect(seen.size).toBeGreaterThan(Object.keys(schema.data.operations).length);
  });

  test('the data is that of the client installed: run lib/emulator/wire/generate.ts after an update', () => {
    const client = CLIENTS[name];
    if (client === undefined) throw new Error(`the test does not import the client of ${name}`);

    const fresh = dump(name, service.signingName, client, SERVED[name]);

    expect(JSON.parse(JSON.stringify(fresh))).toEqual(service.load());
  });
});

test('the numbers of operations are those of the services', () => {
  const counts = KNOWN_SERVICES.map(({ name, load }) => [name, Object.keys(load().operations).length]);

  expect(counts).toContainEqual(['sqs', 23]);
});
