/** What every page has to know of the app. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Info {
  readonly app: string;
  readonly stage: string;
  readonly readOnly: boolean;
  readonly keepsRuns: boolean;
}

export const AppInfo = createContext<Info>({ app: '', stage: '', readOnly: false, keepsRuns: true });

export function useInfo(): Info {
  return useContext(AppInfo);
}
