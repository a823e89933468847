// Where the checks look. Tests give folders of their own in place of the host's.
import { readFileSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface HostView {
  proc: string;
  sys: string;
  etc: string;
  /** The checkout or installation: the folder that holds build/ and dist/. */
  installation: string;
  dataDir: string;
}

export function thisHost(dataDir = '/var/lib/pilotlight'): HostView {
  // From dist/cli/ as from src/cli/.
  const installation = resolve(fileURLToPath(import.meta.url), '../../..');
  return { proc: '/proc', sys: '/sys', etc: '/etc', installation, dataDir };
}

/** Content without surrounding white space; undefined where the file is absent or unreadable. */
export function readProc(host: HostView, path: string): string | undefined {
  return textOf(join(host.proc, path));
}

export function readSys(host: HostView, path: string): string | undefined {
  return textOf(join(host.sys, path));
}

export function readEtc(host: HostView, path: string): string | undefined {
  return textOf(join(host.etc, path));
}

/** Target of a link such as `self/ns/pid`. */
export function readProcLink(host: HostView, path: string): string | undefined {
  try {
    return readlinkSync(join(host.proc, path));
  } catch {
    return undefined;
  }
}

/** A number from /proc/sys; undefined where this kernel has no such setting. */
export function sysctl(host: HostView, name: string): number | undefined {
  const text = readProc(host, join('sys', name));
  return text === undefined ? undefined : Number(text);
}

/** `[major, minor]` of the running kernel. */
export function kernelVersion(host: HostView): readonly [number, number] | undefined {
  const match = /^(\d+)\.(\d+)/.exec(readProc(host, 'sys/kernel/osrelease') ?? '');
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

/** True for versions in [from, until). */
export function versionWithin(
  [major, minor]: readonly [number, number],
  from: readonly [number, number],
  until: readonly [number, number],
): boolean {
  const rank = ([a, b]: readonly [number, number]) => a * 1000 + b;
  const own = rank([major, minor]);
  return own >= rank(from) && own < rank(until);
}

/** The mode in force of the kernel's lockdown, or undefined where the kernel does not tell. */
export function lockdownMode(host: HostView): string | undefined {
  return /\[(\w+)\]/.exec(readSys(host, 'kernel/security/lockdown') ?? '')?.[1];
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
