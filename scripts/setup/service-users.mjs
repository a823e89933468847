// The users that the daemon's service and sampler run as. Only root can make them, and only root's daemon needs them.
import { existsSync, readFileSync } from 'node:fs';
import { isRoot, onPath } from './host-tools.mjs';

/** Kept equal to src/cli/service-users.ts by its test, as is the command: this runs before anything is built. */
export const SERVICE_USERS = ['pilotlight', 'pilotlight-sampler'];

/** @param {string} user */
export function addUserArguments(user) {
  const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
  return ['--system', '--user-group', ...home, user];
}

/** @param {string} passwd - the text of /etc/passwd */
export function missingUsers(passwd) {
  const names = new Set(passwd.split('\n').map((line) => line.split(':', 1)[0]));
  return SERVICE_USERS.filter((user) => !names.has(user));
}

/**
 * Makes those that are missing. Where there is no useradd (on other systems than Debian's kin), `serve` says what it lacks.
 * @param {import('./progress.mjs').Progress} progress
 */
export async function ensureServiceUsers(progress) {
  const useradd = onPath('useradd') ? 'useradd' : '/usr/sbin/useradd';
  if (!isRoot() || (useradd !== 'useradd' && !existsSync(useradd))) return;
  for (const user of missingUsers(readFileSync('/etc/passwd', 'utf8'))) {
    await progress.step(`making the system user ${user}`, () =>
      progress.run(useradd, addUserArguments(user), { cwd: '/' }),
    );
  }
}
