/** Writes docs/openapi.json: `npx tsx lib/dashboard/api/document.ts && npx biome format --write docs`. */
import { writeFileSync } from 'node:fs';
import { toOpenApi } from './open-api.ts';

const FILE = new URL('../../../docs/openapi.json', import.meta.url);
writeFileSync(FILE, `${JSON.stringify(toOpenApi(), null, 2)}\n`);
