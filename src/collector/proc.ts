// What /proc says of a process. Text written by the kernel; names in it may hold anything.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { ProcMapping, ProcSnapshot } from './sampler-host.ts';

/** /proc/PID/stat: the name may hold spaces and parentheses, so fields count from the last ')'. */
export function parseStat(text: string): { comm: string; startTicks: number } {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  // After the name come the fields from number 3 (state) on; 22 is the start time in clock ticks since boot.
  const fields = text.slice(close + 2).split(' ');
  return { comm: text.slice(open + 1, close), startTicks: Number(fields[22 - 3]) };
}

/** A line of /proc/PID/maps: `start-end perms offset major:minor inode      path`. A path may hold any character. */
const MAPS_LINE = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+) *(.*)$/s;

/** Executable mappings only, in address order. */
export function parseExecutableMappings(text: string): ProcMapping[] {
  const mappings: ProcMapping[] = [];
  for (const line of text.split('\n')) {
    const match = MAPS_LINE.exec(line);
    if (match?.[3]?.[2] !== 'x') continue;
    mappings.push({
      start: BigInt(`0x${match[1]!}`),
      end: BigInt(`0x${match[2]!}`),
      offset: parseInt(match[4]!, 16),
      device: match[5]!,
      inode: match[6]!,
      path: unescapePath(match[7]!),
    });
  }
  return mappings;
}

/** The kernel prints a newline in a path as `\012`. */
function unescapePath(path: string): string {
  return path.includes('\\012') ? path.replaceAll('\\012', '\n') : path;
}

/** The v2 path, or the first v1 path that is not the root (container runtimes use one path everywhere). */
export function parseCgroup(text: string): string {
  let fallback = '/';
  for (const line of text.split('\n')) {
    const [hierarchy, , ...rest] = line.split(':');
    const path = rest.join(':');
    if (path === '' || path === '/') continue;
    if (hierarchy === '0') return path;
    if (fallback === '/') fallback = path;
  }
  return fallback;
}

export function parseUid(status: string): number {
  return Number(/^Uid:\t(\d+)/m.exec(status)?.[1] ?? 0);
}

/** Null when the process is gone (or went while we read). Kernel threads have no exe and no mappings. */
export function readProcess(pid: number, root = '/proc'): ProcSnapshot | null {
  const directory = `${root}/${pid}`;
  try {
    const before = parseStat(readFileSync(`${directory}/stat`, 'utf8'));
    const snapshot: ProcSnapshot = {
      pid,
      startTicks: before.startTicks,
      comm: before.comm,
      exe: readExe(directory),
      uid: parseUid(readFileSync(`${directory}/status`, 'utf8')),
      cgroup: parseCgroup(readFileSync(`${directory}/cgroup`, 'utf8')),
      mappings: parseExecutableMappings(readFileSync(`${directory}/maps`, 'utf8')),
    };
    // The pid may have been given to another process between two reads.
    const after = parseStat(readFileSync(`${directory}/stat`, 'utf8'));
    return after.startTicks === before.startTicks ? snapshot : null;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

function readExe(directory: string): string {
  try {
    return readlinkSync(`${directory}/exe`).replace(/ \(deleted\)$/, '');
  } catch (error) {
    if (isGone(error)) return ''; // a kernel thread
    throw error;
  }
}

/** ESRCH comes from reading a file of a process that exited after the file was opened. */
function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES';
}

export function listPids(root = '/proc'): number[] {
  return readdirSync(root)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
