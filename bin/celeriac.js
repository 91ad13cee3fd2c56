#!/usr/bin/env node
// The command. An installed package has only its build; a checkout has the sources, which checkout.js runs.
import { existsSync } from 'node:fs';

const isCheckout = existsSync(new URL('../lib/cli/main.ts', import.meta.url));
const { main } = isCheckout
  ? await (await import('./checkout.js')).loadCommand()
  : await import('../dist/lib/cli/main.js');
await main(process.argv);
