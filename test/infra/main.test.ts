import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'celeriac-main-'));

beforeAll(() => {
  const { app, context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const [, ...words] = app.split(' ');
  const env = { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context) };
  // As the cdk command starts it; a finding of any rule ends the process with an error, and this suite with
  // it.
  execFileSync(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
});

test("the example's template is the golden one", async () => {
  const template = readFileSync(join(folder, 'Flights-dev.template.json'), 'utf8');

  // The hash of a bundle changes with every line of code that goes into it.
  const masked = template.replaceAll(/[0-9a-f]{64}/g, '<hash>');

  await expect(masked).toMatchFileSnapshot('../golden/flights.template.json');
});

test('the validator and cdk-nag have no finding about the example', () => {
  const report = JSON.parse(readFileSync(join(folder, 'validation-report.json'), 'utf8'));

  expect(report.pluginReports).toEqual([]);
});

test('nothing that belongs to an account, a Region or a person is in the template', () => {
  const { environment } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')).artifacts[
    'Flights-dev'
  ];

  expect(environment).toBe('aws://unknown-account/unknown-region');
});
