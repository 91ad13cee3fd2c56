/** The dashboard's page beside its function's bundle, in a folder `page`, from where the handler sends it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';

const PAGE = fileURLToPath(new URL('../lib/dashboard/page', import.meta.url));
/** In a checkout, where the page is not built yet. */
const BUILDER = fileURLToPath(new URL('../bin/page.js', import.meta.url));
const COPY = 'fs.cpSync(process.argv[1], process.argv[2], { recursive: true })';

/** Has the bundling bring the page along; esbuild on this machine is what reaches these folders. */
export function withPage(bundling: BundlingOptions): BundlingOptions {
  const { commandHooks } = bundling;
  return {
    ...bundling,
    commandHooks: {
      beforeInstall: (input, output) => commandHooks?.beforeInstall(input, output) ?? [],
      beforeBundling: (input, output) => commandHooks?.beforeBundling(input, output) ?? [],
      afterBundling: (input, output) => [
        ...(commandHooks?.afterBundling(input, output) ?? []),
        existsSync(`${PAGE}/main.tsx`)
          ? `node "${BUILDER}" "${output}/page"`
          : `node -e "${COPY}" "${PAGE}" "${output}/page"`,
      ],
    },
  };
}
