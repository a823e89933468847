// The launcher alone, with programs of a test's choice for its children. Needs root.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './daemon.ts';
import type { Ended } from './programs.ts';
import { Running } from './programs.ts';

const LAUNCHER = join(ROOT, 'build/Release/pilotlight-launcher');

export interface ServiceRun {
  dataDir: string;
  /** For `sh -c`. */
  script: string;
  user?: string;
  needed?: readonly string[];
  /** What the launcher is put behind: `setpriv …`. */
  wrapper?: readonly string[];
}

/** Becomes the service without a sampler, to its end: the script runs with exactly what a service has. */
export function runAsService({
  dataDir,
  script,
  user = 'pilotlight',
  needed = [],
  wrapper = [],
}: ServiceRun): Promise<Ended> {
  const settings = [`data-dir=${dataDir}`, `service-user=${user}`, ...needed.map((path) => `need=${path}`)];
  const line = [...wrapper, LAUNCHER, ...settings, '--', '--', '/bin/sh', '-c', script];
  return new Running(line[0]!, line.slice(1)).ended;
}

/** uid and gid of a user, as the system resolves the name. */
export function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** What /proc/PID/status says of who a process is and what it may do. */
export interface Credentials {
  /** Real, effective, saved and file system's. */
  uids: number[];
  gids: number[];
  groups: string;
  /** Permitted, effective, inheritable, ambient, bounding: hex as the kernel prints it. */
  permitted: string;
  effective: string;
  inheritable: string;
  ambient: string;
  bounding: string;
  noNewPrivs: boolean;
}

export function credentialsOf(pid: number): Credentials {
  return parseCredentials(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

export function parseCredentials(status: string): Credentials {
  const field = (name: string): string => new RegExp(`^${name}:[\\t ]*(.*)$`, 'm').exec(status)?.[1] ?? '?';
  const numbers = (name: string): number[] => field(name).split('\t').map(Number);
  return {
    uids: numbers('Uid'),
    gids: numbers('Gid'),
    groups: field('Groups').trim(),
    permitted: field('CapPrm'),
    effective: field('CapEff'),
    inheritable: field('CapInh'),
    ambient: field('CapAmb'),
    bounding: field('CapBnd'),
    noNewPrivs: field('NoNewPrivs') === '1',
  };
}

const NONE = '0'.repeat(16);

/** Of a process of that user that can do nothing more than any other of it, for ever. */
export function unprivileged({ uid, gid }: { uid: number; gid: number }): Credentials {
  return {
    uids: [uid, uid, uid, uid],
    gids: [gid, gid, gid, gid],
    groups: '',
    ...{ permitted: NONE, effective: NONE, inheritable: NONE, ambient: NONE, bounding: NONE },
    noNewPrivs: true,
  };
}

/** The launcher with the children that are given, until it is stopped. */
export function startLauncher(
  dataDir: string,
  settings: readonly string[],
  sampler: readonly string[],
  service: readonly string[],
): Running {
  const users = ['service-user=pilotlight', 'sampler-user=pilotlight-sampler'];
  const line = [`data-dir=${dataDir}`, ...users, ...settings, '--', ...sampler, '--', ...service];
  return new Running(LAUNCHER, line);
}
