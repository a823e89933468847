// CPU time and memory of processes, from /proc.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** USER_HZ: what /proc/PID/stat counts in, on every Linux there is. */
const TICKS_PER_SECOND = 100;

export interface ProcessUsage {
  pid: number;
  name: string;
  /** User and system time of all its threads, ended ones too. */
  cpuSeconds: number;
  rssBytes: number;
  /** What it shares with others is divided among them. */
  pssBytes: number;
  /** Highest `rssBytes` so far (VmHWM). */
  peakBytes: number;
}

/** A process and everything below it, the process first. */
export function processTree(root: number): number[] {
  const children = readFileSync(`/proc/${root}/task/${root}/children`, 'utf8').trim();
  const pids = children === '' ? [] : children.split(' ').map(Number);
  return [root, ...pids.flatMap(processTree)];
}

export function readUsage(pid: number): ProcessUsage {
  const fields = statFields(pid);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    pid,
    name: programName(pid),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssBytes: kilobytes(status, 'VmRSS'),
    pssBytes: kilobytes(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss'),
    peakBytes: kilobytes(status, 'VmHWM'),
  };
}

/** Cheap enough to be asked many times a second. */
export function residentOf(pid: number): { name: string; rssBytes: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { name: programName(pid), rssBytes: kilobytes(status, 'VmRSS') };
}

/** CPU seconds per process between two readings of the same processes. */
export function cpuBetween(before: readonly ProcessUsage[], after: readonly ProcessUsage[]): number[] {
  if (before.length !== after.length || before.some(({ pid }, i) => pid !== after[i]!.pid)) {
    throw new Error('a process of the profiler ended, or began, while it was measured');
  }
  return after.map(({ cpuSeconds }, i) => cpuSeconds - before[i]!.cpuSeconds);
}

/** Of /proc/PID/stat, from field 3 on: the name before it may contain anything. */
function statFields(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function programName(pid: number): string {
  const [first = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return basename(first);
}

function kilobytes(text: string, key: string): number {
  const match = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text);
  if (!match) throw new Error(`/proc has no ${key} here`);
  return Number(match[1]) * 1024;
}
