/** The HTTP doors of one emulator: which are open, and the address by which functions know it. */
import { type HttpListener, type ListenOptions, listen } from './wire/http.ts';
import type { Router } from './wire/router.ts';

/** An open HTTP door. */
export type Listening = HttpListener;

export interface Doors {
  /** The address of the oldest listener that is open. */
  url(): string | undefined;
  open(router: Router, options?: ListenOptions): Promise<Listening>;
  close(): Promise<void>;
}

/** Makes the doors of an emulator, all closed. */
export function createDoors(): Doors {
  const listeners: Listening[] = [];
  return {
    url: () => listeners[0]?.url,
    async open(router, options) {
      const started = await listen(router, options);
      const listener: Listening = {
        url: started.url,
        async close() {
          const index = listeners.indexOf(listener);
          if (index >= 0) listeners.splice(index, 1);
          await started.close();
        },
      };
      listeners.push(listener);
      return listener;
    },
    async close() {
      await Promise.all(listeners.splice(0).map((listener) => listener.close()));
    },
  };
}
