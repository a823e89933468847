// One set-up at a time per checkout: two builds into one folder destroy each other.
import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './progress.mjs';

/**
 * @template T
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 * @param {() => Promise<T>} work
 */
export async function withSetupLock(root, progress, work) {
  const path = join(root, '.cache', 'setup.lock');
  assertWritable(root, dirname(path));
  let told = false;
  while (!tryLock(path)) {
    if (!told) progress.say('another set-up of this checkout is running, waiting for it');
    told = true;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Another user's checkout, or one on a read-only disk, is found here before anything has begun. @param {string} root @param {string} folder */
function assertWritable(root, folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(root, constants.W_OK);
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const reason = `${root} cannot be written (${String(errorCode(cause))}), and something has to be built in it`;
    throw new SetupError(`${reason}. Run: cd ${root} && sudo npm run build`, { cause });
  }
}

/** A lock whose process is gone (killed, machine restarted) is taken over. @param {string} path */
function tryLock(path) {
  for (const attempt of ['first', 'after taking over']) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      if (attempt === 'first' && !ownerAlive(path)) rmSync(path, { force: true });
    }
  }
  return false;
}

/** @param {string} path */
function ownerAlive(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    // Empty for the instant between creating and writing: that owner is alive.
    if (!(pid > 0)) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and someone else's. ENOENT: released meanwhile.
    return errorCode(error) === 'EPERM';
  }
}

/** @param {unknown} error */
function errorCode(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
