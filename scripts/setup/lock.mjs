// One set-up at a time per checkout: two builds into one folder destroy each other.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @template T
 * @param {string} root
 * @param {import('./progress.mjs').Progress} progress
 * @param {() => Promise<T>} work
 */
export async function withSetupLock(root, progress, work) {
  const path = join(root, '.cache', 'setup.lock');
  mkdirSync(dirname(path), { recursive: true });
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
