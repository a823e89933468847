// The users that the daemon's processes run as when root starts it. Set-up makes them (scripts/setup/service-users.mjs).
import type { HostView } from './host-view.ts';
import { readEtc } from './host-view.ts';

/** The service's: owns the data directory. Another one by `--user`. */
export const SERVICE_USER = 'pilotlight';
/** The sampler's: a user of its own, so that the service cannot signal it, and it can write nothing that is root's. */
export const SAMPLER_USER = 'pilotlight-sampler';

/** As root. Neither user can log in, has a home, or owns a file at first. */
export function addUserCommand(user: string): string {
  return `useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ${user}`;
}

/** By /etc/passwd alone: users of directories are not seen. */
export function userExists(host: HostView, user: string): boolean {
  return (readEtc(host, 'passwd') ?? '').split('\n').some((line) => line.startsWith(`${user}:`));
}
