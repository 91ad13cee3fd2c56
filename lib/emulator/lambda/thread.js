/**
 * The inside of a worker thread: what Lambda's Node.js runtime is to a function. It loads the handler as AWS
 * would, answers one invocation at a time, and sends each piece of output through the same port as the
 * answers, so that their order holds.
 *
 * Plain JavaScript, because a thread starts without the loader (tsx, vitest) under which its parent may run.
 */
import { existsSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {{ folder: string, handler: string, context: Record<string, string> }} */
const { folder, handler: handlerName, context } = workerData;
const port = parentPort;

/**
 * AWS's runtimes bring the SDK, and bundlers leave it out for that reason. Here a bundle that does not find
 * it where it lies gets that of the folder in which the emulator was started, else the emulator's own.
 */
const SDK = /^@(aws-sdk|smithy)\//;
const sdkPlaces = [join(process.cwd(), 'index.js'), fileURLToPath(import.meta.url)];

/** A module that resolves as `bringSdk` does. */
const IMPORTS = `
let homes;
export function initialize(data) { homes = data; }
export async function resolve(name, context, next) {
  try {
    return await next(name, context);
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !${SDK}.test(name)) throw error;
    for (const parentURL of homes) {
      try { return await next(name, { ...context, parentURL }); } catch {}
    }
    throw error;
  }
}`;

for (const name of ['stdout', 'stderr']) {
  process[name].write = (chunk, encoding, done) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    port.postMessage({ kind: 'output', stream: name, text });
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') queueMicrotask(callback);
    return true;
  };
}

// The SDK says in each environment that this machine's Node is old; on AWS the function has its own runtime's.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  if (String(warning).startsWith('NodeVersionSupportWarning: The AWS SDK for JavaScript')) return;
  Reflect.apply(emitWarning, process, [warning, ...rest]);
};

// As on AWS, an error that nobody catches ends the environment: exit status 129, and 128 for a rejected
// promise.
process.on('uncaughtException', (error) => {
  process.stderr.write(`Uncaught Exception ${JSON.stringify(toFailure(error))}\n`);
  process.exit(129);
});
process.on('unhandledRejection', (reason) => {
  process.stderr.write(`Unhandled Promise Rejection ${JSON.stringify(toFailure(reason))}\n`);
  process.exit(128);
});

const handler = await load().catch((error) => {
  const failure = toFailure(error);
  process.stderr.write(`Undefined error while loading the function ${JSON.stringify(failure)}\n`);
  port.postMessage({ kind: 'failed', failure });
});
if (handler !== undefined) {
  port.on('message', answer);
  port.postMessage({ kind: 'ready' });
}

async function answer({ requestId, payload, timeoutMs, traceHeader, clientContext }) {
  const deadline = Date.now() + timeoutMs;
  process.env._X_AMZN_TRACE_ID = traceHeader;
  try {
    const result = await handler(JSON.parse(payload), {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      awsRequestId: requestId,
      ...(clientContext === undefined ? {} : { clientContext: JSON.parse(clientContext) }),
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    port.postMessage({ kind: 'returned', payload: stringify(result) });
  } catch (error) {
    const failure = toFailure(error);
    process.stderr.write(`Invoke Error ${JSON.stringify(failure)}\n`);
    port.postMessage({ kind: 'failed', failure });
  }
}

function stringify(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw named('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
}

async function load() {
  const slash = handlerName.lastIndexOf('/') + 1;
  const match = /^([^.]+)\.(.+)$/.exec(handlerName.slice(slash));
  if (match === null || handlerName.includes('..')) {
    throw named(
      'Runtime.MalformedHandlerName',
      `'${handlerName}' is not a handler name such as 'index.handler'`,
    );
  }
  const [, file, path] = match;
  const module = await loadModule(handlerName.slice(0, slash) + file);
  let found = module;
  for (const part of path.split('.')) found = found?.[part];
  if (typeof found !== 'function') {
    throw named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  }
  if (found.length >= 3) {
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      `${handlerName} takes a callback, which Lambda does not support from Node.js 24 on: ` +
        'make it async, with at most two parameters',
    );
  }
  return found;
}

async function loadModule(name) {
  const file = ['.js', '.mjs', '.cjs']
    .map((ending) => join(folder, name + ending))
    .find((each) => existsSync(each));
  if (file === undefined) {
    throw named('Runtime.ImportModuleError', `Error: Cannot find module '${name}' in ${folder}`);
  }
  try {
    const isModule =
      file.endsWith('.mjs') || (file.endsWith('.js') && packageType(dirname(file)) === 'module');
    bringSdk();
    if (isModule) {
      bringSdkToModules();
      return await import(pathToFileURL(file).href);
    }
    readPackagesInsideOnly();
    return createRequire(file)(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', String(error), error.stack);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw named('Runtime.ImportModuleError', String(error), error.stack);
    }
    throw error;
  }
}

/**
 * On AWS there is no package.json above the bundle, and a .js file is CommonJS. Here the bundle may lie in a
 * project whose package.json says "type": "module", which Node would obey; so files of a bundle without one
 * are compiled without asking.
 */
function readPackagesInsideOnly() {
  const original = Module._extensions['.js'];
  Module._extensions['.js'] = (module, filename) => {
    const inside = filename.startsWith(folder + sep) && packageType(dirname(filename)) === undefined;
    if (inside) module._compile(readFileSync(filename, 'utf8'), filename);
    else original(module, filename);
  };
}

/** Lets `require` find the SDK. */
function bringSdk() {
  const original = Module._resolveFilename;
  const homes = sdkPlaces.map((place) => {
    const paths = Module._nodeModulePaths(dirname(place));
    return Object.assign(new Module(place), { filename: place, paths });
  });
  Module._resolveFilename = (request, ...rest) => {
    try {
      return original(request, ...rest);
    } catch (error) {
      if (error?.code !== 'MODULE_NOT_FOUND' || !SDK.test(request)) throw error;
      for (const home of homes) {
        try {
          return original(request, home);
        } catch {
          // The next one may have it; in the end the first error says where the function looked.
        }
      }
      throw error;
    }
  };
}

/** The same for `import`, whose hooks Node runs in another thread. */
function bringSdkToModules() {
  const data = sdkPlaces.map((place) => pathToFileURL(place).href);
  Module.register(`data:text/javascript,${encodeURIComponent(IMPORTS)}`, { data });
}

/** The type that the nearest package.json inside the bundle gives; undefined when there is none. */
function packageType(from) {
  for (let at = from; at.length >= folder.length; at = dirname(at)) {
    const file = join(at, 'package.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).type ?? 'commonjs';
    if (at === dirname(at)) break;
  }
  return undefined;
}

function named(name, message, stack) {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

function toFailure(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}
