// Installs and builds what is missing, and nothing else. Runs before `npm ci`, so it uses Node's own modules only.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureHostTools } from './setup/host-tools.mjs';
import { withSetupLock } from './setup/lock.mjs';
import { ensureNodeModules, nodeModulesFresh } from './setup/node-modules.mjs';
import { buildProduct, isFresh, PRODUCTS } from './setup/products.mjs';
import { Progress, SetupError } from './setup/progress.mjs';
import { ensureServiceUsers } from './setup/service-users.mjs';

/** @typedef {import('./setup/host-tools.mjs').Purpose} Purpose */

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Kept equal to `engines` in package.json. 20.19 is the first Node 20 that vite and vitest run on. */
const OLDEST_NODE = [20, 19];

/**
 * Brings the checkout to where `purpose` can run. Compilers are asked for only when something has to be compiled,
 * so a checkout that was built elsewhere runs without them.
 * @param {'run' | 'check' | 'test' | 'bench'} purpose
 * @param {{ verbose?: boolean }} [options]
 */
export async function setup(purpose, { verbose = process.env['PILOTLIGHT_VERBOSE'] === '1' } = {}) {
  assertNodeVersion();
  const progress = new Progress({ verbose });
  const wanted = purpose === 'check' ? [] : PRODUCTS;
  const stale = wanted.filter((product) => !isFresh(ROOT, product));
  /** @type {Purpose[]} */
  const tools = [];
  if (purpose === 'check' || stale.some((product) => product.needsHostTools)) tools.push('build');
  if (purpose === 'test') tools.push('test');
  if (purpose === 'bench') tools.push('bench');
  await ensureHostTools(tools, progress);
  if (purpose !== 'check') await ensureServiceUsers(progress);
  if (stale.length === 0 && nodeModulesFresh(ROOT)) return;
  await withSetupLock(ROOT, progress, async () => {
    await ensureNodeModules(ROOT, progress);
    // Looked at again: another set-up may have built them while this one waited for the lock.
    const still = wanted.filter((product) => !isFresh(ROOT, product));
    const results = await Promise.allSettled(still.map((product) => buildProduct(ROOT, product, progress)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  });
}

/** Ends the process with one explained line where the set-up cannot succeed. @param {Parameters<typeof setup>} args */
export async function setupOrExit(...args) {
  try {
    await setup(...args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`pilotlight: ${error.message}\n`);
    process.exit(1);
  }
}

function assertNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new SetupError(
    `Node.js ${process.versions.node} is too old: ${OLDEST_NODE.join('.')} or newer is needed (\`node --version\`)`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const verbose = process.argv.includes('--verbose');
  await setupOrExit('run', verbose ? { verbose } : {});
}
