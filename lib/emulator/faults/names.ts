/** The names that a rule of a plan may give: one that nothing here has would never strike. */
import { KNOWN_SERVICES } from '../wire/services.ts';

/** What is wrong with the name of a service; undefined when it is one. */
export function wrongService(name: string): string | undefined {
  if (KNOWN_SERVICES.some((service) => service.name === name)) return undefined;
  return `is "${name}"; there are ${KNOWN_SERVICES.map((service) => service.name).join(', ')}`;
}

/** What is wrong with the names of operations, of one service or of any; undefined when all are served. */
export function wrongOperations(names: readonly string[], service?: string): string | undefined {
  const asked = KNOWN_SERVICES.filter(({ name }) => service === undefined || name === service);
  const tables = asked.map(({ load }) => load().operations);
  const unknown = names.find((name) => !tables.some((table) => Object.hasOwn(table, name)));
  if (unknown === undefined) return undefined;
  const who = service === undefined ? 'no service here serves' : `${service} does not serve`;
  return `has "${unknown}", which ${who}`;
}
