/**
 * The services as EventBridge Scheduler's universal targets call them: by the name of their SDK, with an
 * input in JSON. The schemas say where that holds bytes and times.
 */

import type { UniversalService } from './scheduler/scheduler.ts';
import type { Input, Service } from './service.ts';
import type { Member, Shape } from './wire/schema.ts';
import { KNOWN_SERVICES, schemaOf } from './wire/services.ts';
import { readTimestamp } from './wire/timestamp.ts';

/** Services whose name in a target's ARN is not the one that they have here. */
const NAMES: Readonly<Record<string, string>> = { cloudwatchlogs: 'logs' };

/** Makes the way to the services; `around` is what stands between them and whoever calls. */
export function createUniversal(
  services: () => object,
  around: (name: string, service: Service) => Service,
): (name: string) => UniversalService | undefined {
  const found = new Map<string, UniversalService | undefined>();
  return (asked) => {
    if (!found.has(asked)) found.set(asked, find(services(), around, asked));
    return found.get(asked);
  };
}

function find(
  services: object,
  around: (name: string, service: Service) => Service,
  asked: string,
): UniversalService | undefined {
  const name = Object.hasOwn(NAMES, asked) ? NAMES[asked] : asked;
  const known = KNOWN_SERVICES.find((each) => each.name === name);
  const model = Object.entries(services).find(([each]) => each === name)?.[1];
  if (known === undefined || model === undefined) return undefined;
  const schema = schemaOf(known);
  return {
    service: around(known.name, model),
    has: (operation) => schema.operation(operation) !== undefined,
    toInput(operation, json) {
      const shape = schema.operation(operation)?.input;
      return toRecord(shape === undefined ? json : read(shape, json));
    },
  };
}

/** The models check what they get, so what does not fit its shape is left as it is. */
function read(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'structure': {
      if (!isRecord(value)) return value;
      const members = new Map(shape.members.map((member) => [member.name, member]));
      const entries = Object.entries(value);
      return Object.fromEntries(entries.map(([name, each]) => [name, readMember(members.get(name), each)]));
    }
    case 'list':
      return Array.isArray(value) ? value.map((each) => readMember(shape.item, each)) : value;
    case 'map': {
      if (!isRecord(value)) return value;
      const entries = Object.entries(value);
      return Object.fromEntries(entries.map(([name, each]) => [name, readMember(shape.value, each)]));
    }
    case 'blob':
      return typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : value;
    case 'timestamp':
      return readTimestamp(value) ?? value;
    default:
      return value;
  }
}

function readMember(member: Member | undefined, value: unknown): unknown {
  if (member === undefined) return value;
  // The user guide's example gives the payload of a function as it is, not in base64.
  const isPayload = member.traits.httpPayload === 1 && typeof value === 'string';
  return isPayload ? new Uint8Array(Buffer.from(value)) : read(member.shape, value);
}

function toRecord(value: unknown): Input {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
