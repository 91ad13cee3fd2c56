/** Where commands look for the running app. */
import { expect, test } from 'vitest';
import { toPlace } from '../../lib/cli/place.ts';

const LOCAL = 'http://127.0.0.1:4566';
const DEV = { accessKeyId: 'dev', secretAccessKey: 'dev' };

test.each([
  ['nothing is said', {}, {}, { stage: 'dev' }],
  [
    'the environment says',
    {},
    { CELERIAC_STAGE: 'prod', AWS_REGION: 'eu-north-1' },
    { stage: 'prod', region: 'eu-north-1' },
  ],
  ['an option says otherwise', { stage: 'test' }, { CELERIAC_STAGE: 'prod' }, { stage: 'test' }],
  [
    'an emulator on this machine needs no credentials',
    { endpoint: LOCAL },
    {},
    { stage: 'dev', endpoint: LOCAL, region: 'us-east-1', credentials: DEV },
  ],
  [
    'those that there are hold, also there',
    {},
    { AWS_ENDPOINT_URL: LOCAL, AWS_ACCESS_KEY_ID: 'mine', AWS_DEFAULT_REGION: 'eu-west-1' },
    { stage: 'dev', endpoint: LOCAL, region: 'eu-west-1' },
  ],
  [
    'another machine gets no made-up credentials',
    { endpoint: 'https://emulator.example' },
    {},
    { stage: 'dev', endpoint: 'https://emulator.example' },
  ],
])('%s', (_, options, environment, place) => {
  expect(toPlace(options, environment)).toEqual(place);
});

test('an endpoint that is no URL is refused', () => {
  const place = () => toPlace({ endpoint: 'localhost' }, {});

  expect(place).toThrow("--endpoint is 'localhost'; it must be a URL such as http://127.0.0.1:4566");
});
