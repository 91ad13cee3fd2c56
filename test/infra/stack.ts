/** Builds a stack around a Broker for the tests, under cdk.json's flags, and reads what came of it. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { Broker, type BrokerProps } from '#infra';
import type { App as Celeriac } from '../../lib/define/app.ts';

export interface Settings {
  /** Really bundles the workers; otherwise their code is a name only. @default false */
  readonly bundled?: boolean;
  /** Asks the validator and cdk-nag, whose findings then throw. @default false */
  readonly validated?: boolean;
}

export interface Synthesized {
  readonly cdk: App;
  readonly broker: Broker;
  readonly stack: Stack;
  /** Synthesizes on first use, so a test may still grant something before. */
  readonly template: () => Template;
  /** Where templates and bundles are written. */
  readonly folder: string;
}

const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));

/** An empty stack, for tests that build something else than a Broker. */
export function emptyStack(settings: Settings = {}): {
  readonly cdk: App;
  readonly stack: Stack;
  readonly folder: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-infra-'));
  const skipped = settings.bundled === true ? {} : { 'aws:cdk:bundling-stacks': [] };
  const validated = settings.validated === true;
  const cdk = new App({
    outdir: folder,
    // Construct paths in the template let tests name resources by what they are.
    context: { ...context, ...skipped, 'aws:cdk:enable-path-metadata': true },
    builtinCloudFormationValidation: validated,
  });
  if (validated) Validations.of(cdk).addPlugins(new AwsSolutionsChecks(cdk), new ServerlessChecks(cdk));
  return { cdk, stack: new Stack(cdk, 'Test'), folder };
}

type Options = Omit<BrokerProps, 'app' | 'entry'>;

/** A Broker's props; those that need constructs of the stack are made by a function. */
export type Props = Options | ((stack: Stack) => Options);

/** A stack with a Broker of this app. */
export function synthesize(app: Celeriac, props: Props = {}, settings: Settings = {}): Synthesized {
  const { cdk, stack, folder } = emptyStack(settings);
  const given = typeof props === 'function' ? props(stack) : props;
  const broker = new Broker(stack, 'Broker', { ...given, app, entry: 'test/infra/entry/kept.ts' });
  return { cdk, broker, stack, folder, template: () => Template.fromStack(stack) };
}
