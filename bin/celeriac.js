#!/usr/bin/env node
// The command. An installed package has only its build; a checkout has the sources, which tsx runs as they are.
import { existsSync } from 'node:fs';

const source = new URL('../lib/cli/main.ts', import.meta.url);
const isCheckout = existsSync(source);
if (isCheckout) (await import('tsx/esm/api')).register();
const { main } = await import(isCheckout ? source.href : '../dist/lib/cli/main.js');
await main(process.argv);
