/** What a desk sees beside an emulator in the same process: messages without receives, and exact figures. */
import type { EmulatorView } from '../dashboard/index.ts';
import type { Emulator } from '../emulator/index.ts';
import type { FunctionFigures, Seen } from '../runtime/desk-ports.ts';

/** Looks into an emulator; nothing of it is changed. */
export function viewOf(emulator: Emulator): EmulatorView {
  const { services, clock } = emulator;
  const since = clock.now();
  const messagesOf = (queueName: string) =>
    services.sqs.snapshot().find(({ name }) => name === queueName)?.messages ?? [];
  return {
    see: (queueName) =>
      messagesOf(queueName).map(
        ({ messageId, body, sentAt, receiveCount, groupId, state, availableAt }): Seen => ({
          messageId,
          body,
          sentAt,
          receives: receiveCount,
          state: state === 'visible' ? 'visible' : state === 'delayed' ? 'delayed' : 'inFlight',
          ...(groupId === undefined ? {} : { group: groupId }),
          ...(availableAt === undefined ? {} : { availableAt }),
        }),
      ),
    gauges: {
      async oldest(queueNames) {
        const now = clock.now();
        return new Map(
          services.sqs.snapshot().flatMap(({ name, messages }) => {
            if (!queueNames.includes(name) || messages.length === 0) return [];
            const first = Math.min(...messages.map(({ sentAt }) => sentAt));
            return [[name, Math.max(0, Math.round((now - first) / 1_000))] as const];
          }),
        );
      },
      async functions(names) {
        const stats = services.lambda.stats();
        const known = services.lambda.functions().filter(({ name }) => names.includes(name));
        return new Map(
          known.map(({ name, arn }): [string, FunctionFigures] => {
            const { invocations = 0, errors = 0, durationMs = 0, running = 0 } = stats[arn] ?? {};
            const duration = invocations === 0 ? {} : { duration: Math.round(durationMs / invocations) };
            return [name, { active: running, processed: invocations, errors, ...duration }];
          }),
        );
      },
      calls: () => ({ since, counts: [...emulator.calls('client'), ...emulator.calls('lambda')] }),
    },
  };
}
