// The npm packages: `npm ci` when what is installed is not what package-lock.json says.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { onPath } from './host-tools.mjs';
import { SetupError } from './progress.mjs';

/** @typedef {{ packages: Record<string, { version?: string, optional?: boolean, peer?: boolean }> }} LockFile */

/**
 * npm leaves a lock file of what it has installed in node_modules, as its last act, so an interrupted installation
 * has none. Optional packages are left out: which of them are installed depends on the platform.
 * @param {string} root
 */
export function nodeModulesFresh(root) {
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  const wanted = readLock(join(root, 'package-lock.json'));
  if (wanted === undefined)
    throw new SetupError(`${root} has no package-lock.json: is the checkout complete?`);
  if (installed === undefined) return false;
  return Object.entries(wanted.packages).every(
    ([path, entry]) =>
      path === '' || entry.optional === true || installed.packages[path]?.version === entry.version,
  );
}

/** @param {string} root @param {import('./progress.mjs').Progress} progress */
export async function ensureNodeModules(root, progress) {
  if (nodeModulesFresh(root)) return;
  const [command, ...args] = npmCommand();
  await progress.step('installing npm packages', () =>
    // The build tools are development dependencies, so NODE_ENV=production must not leave them out.
    progress.run(
      command,
      [...args, 'ci', '--include=dev', '--no-audit', '--no-fund', '--no-update-notifier'],
      { cwd: root },
    ),
  );
}

/** The npm that started this script, else the one on PATH. @returns {[string, ...string[]]} */
function npmCommand() {
  const script = process.env['npm_execpath'] ?? '';
  if (basename(script).startsWith('npm-cli')) return [process.execPath, script];
  if (!onPath('npm'))
    throw new SetupError('npm is not on PATH: install npm 9 or newer, which comes with Node.js');
  return ['npm'];
}

/** @param {string} path @returns {LockFile | undefined} */
function readLock(path) {
  try {
    /** @type {LockFile} */
    const lock = JSON.parse(readFileSync(path, 'utf8'));
    return lock;
  } catch {
    return undefined; // absent or cut short: both mean "install again"
  }
}
