/** What is not served is refused by its name, on every protocol, and never answered as if it were. */
import { expect, test } from 'vitest';
import { KNOWN_SERVICES, schemaOf } from '../../lib/emulator/wire/services.ts';
import { createWorld } from './surroundings.ts';
import { signedFor } from './wire/stub-service.ts';

const OTHERS = KNOWN_SERVICES.flatMap((service) =>
  Object.entries(schemaOf(service).data.others ?? {}).map(([operation, http]) => ({
    service,
    operation,
    http,
  })),
);

test('every operation beside the served ones answers 501 with its name', async () => {
  const { config } = createWorld();

  const answers = await Promise.all(
    OTHERS.filter(({ service }) => service.name !== 's3').map(async ({ service, operation }) => {
      const isForm = service.protocol === 'query';
      const { response } = await config.requestHandler.handle({
        ...{ method: 'POST', protocol: 'http:', hostname: 'emulator', path: '/' },
        headers: {
          authorization: signedFor(service.signingName),
          ...(isForm
            ? { 'content-type': 'application/x-www-form-urlencoded' }
            : { 'x-amz-target': `${service.target}.${operation}` }),
        },
        body: isForm ? `Action=${operation}&Version=${service.query?.version}` : '{}',
      });
      const named = Buffer.from(Object(response.body))
        .toString()
        .includes(`${service.name}: ${operation} is not served`);
      return [operation, response.statusCode, named];
    }),
  );

  expect(answers.length).toBeGreaterThan(400);
  expect(answers.filter(([, status, named]) => status !== 501 || named !== true)).toEqual([]);
});

test('every operation that a schema was made for is served', async () => {
  const { emulator } = createWorld();
  const partly = KNOWN_SERVICES.filter((service) => schemaOf(service).data.others !== undefined);

  const refused: string[] = [];
  for (const service of partly) {
    for (const operation of Object.keys(schemaOf(service).data.operations)) {
      try {
        await emulator.call(service.name, operation, {});
      } catch (error) {
        if (Object(error).status === 501) refused.push(`${service.name} ${operation}`);
      }
    }
  }

  expect(partly.length).toBeGreaterThanOrEqual(8);
  expect(refused).toEqual([]);
});
