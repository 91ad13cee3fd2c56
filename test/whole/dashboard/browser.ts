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

export async function openBrowser(): Promise<Opened> {
  try {
    const browser = await driver.launch({
      executablePath: await chromium.executablePath(),
      args: chromium.args.filter((flag) => !UNWANTED.includes(flag)),
    });
    return { browser };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    // Anything but a missing library is a failure of ours.
    const library = /error while loading shared libraries: (\S+):/.exec(said)?.[1];
    if (library === undefined) throw error;
    if (process.env.CI === 'true') throw new Error(`Chromium lacks ${library}, which .ci/outside installs`);
    return { missing: `Chromium lacks ${library} (apt-get install libnss3)` };
  }
}
