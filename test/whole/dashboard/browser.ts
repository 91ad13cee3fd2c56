/** A real Chromium that npm brings, for tests of the page; it needs Debian's libnss3. */
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as driver } from 'playwright-core';

/**
 * Of the flags that the package advises for a Lambda function, those that would switch off what is tested
 * here, and the one with which a second context hangs.
 */
const UNWANTED = ['--disable-web-security', '--allow-running-insecure-content', '--single-process'];

export interface Opened {
  readonly browser?: Browser;
  /** Why there is none. */
  readonly missing?: string;
}

/** Unpacking takes seconds, the first time. */
const TRIES = 60;
const BETWEEN_MS = 500;

export async function openBrowser(tries = TRIES): Promise<Opened> {
  try {
    const browser = await driver.launch({
      executablePath: await chromium.executablePath(),
      args: chromium.args.filter((flag) => !UNWANTED.includes(flag)),
    });
    return { browser };
  } catch (error) {
    if (tries > 1 && isUnpacking(error)) {
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
      return openBrowser(tries - 1);
    }
    const said = error instanceof Error ? error.message : String(error);
    // Anything but a missing library is a failure of ours.
    const library = /error while loading shared libraries: (\S+):/.exec(said)?.[1];
    if (library === undefined) throw error;
    if (process.env.CI === 'true') throw new Error(`Chromium lacks ${library}, which .ci/outside installs`);
    return { missing: `Chromium lacks ${library} (apt-get install libnss3)` };
  }
}

/** Another test file unpacks it into the same place just now, and what is half there cannot be started. */
function isUnpacking(error: unknown): boolean {
  return error instanceof Error && /ETXTBSY|ENOEXEC|EACCES|SIGSEGV|SIGBUS/.test(error.message);
}
