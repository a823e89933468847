// Memory of the daemon in its first minute, on a host that runs 300 processes.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Daemon } from '../lib/daemon.ts';
import { readUsage, residentOf } from '../lib/process-usage.ts';
import { startSleepers } from './sleepers.ts';

const PROCESSES = 300;
const RATE_HZ = 99;
const WATCH_MS = 60_000;
const LOOK_EVERY_MS = 100;
/** What processes share is divided among them only in smaps_rollup, which takes a few ms to read. */
const PSS_EVERY = 10;

export interface StartMemory {
  /** Of the daemon's processes, when together they had most: resident bytes by name. */
  peak: ProcessMemory[];
  peakBytes: number;
  /** When that was, s after the daemon was started. */
  peakSeconds: number;
  /** Sum of each process's own highest, whenever that was: more than they ever had together. */
  highestBytes: number;
  /** Highest sum in which pages that processes share count once. */
  peakPssBytes: number;
  /** After the minute. */
  lastBytes: number;
  processes: number;
  programs: number;
  /** Of unwind tables, in the kernel; in no process's memory. */
  tableBytes: number;
}

export interface ProcessMemory {
  name: string;
  rssBytes: number;
}

interface Look {
  atMs: number;
  memory: ProcessMemory[];
  bytes: number;
}

/** In an empty folder. */
export async function measureStart(folder: string): Promise<StartMemory> {
  const sleepers = await startSleepers(PROCESSES, folder);
  const { processes, programs } = sleepers;
  try {
    const startedMs = performance.now();
    const daemon = await Daemon.start(join(folder, 'data'), RATE_HZ);
    try {
      const { looks, peakPssBytes } = await watch(daemon, startedMs + WATCH_MS);
      const peak = looks.reduce((most, look) => (look.bytes > most.bytes ? look : most));
      return {
        peak: peak.memory,
        peakBytes: peak.bytes,
        peakSeconds: (peak.atMs - startedMs) / 1000,
        highestBytes: daemon.pids().reduce((sum, pid) => sum + readUsage(pid).peakBytes, 0),
        peakPssBytes,
        lastBytes: looks.at(-1)!.bytes,
        processes,
        programs,
        tableBytes: (await daemon.status()).budgets?.['unwindTables']?.used ?? NaN,
      };
    } finally {
      await daemon.stop();
    }
  } finally {
    await sleepers.stop();
  }
}

async function watch(daemon: Daemon, untilMs: number): Promise<{ looks: Look[]; peakPssBytes: number }> {
  const looks: Look[] = [];
  let peakPssBytes = 0;
  while (performance.now() < untilMs) {
    const memory = daemon.pids().map(residentOf);
    const bytes = memory.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
    looks.push({ atMs: performance.now(), memory, bytes });
    if (looks.length % PSS_EVERY === 1) {
      const pss = daemon.pids().reduce((sum, pid) => sum + readUsage(pid).pssBytes, 0);
      peakPssBytes = Math.max(peakPssBytes, pss);
    }
    await sleep(LOOK_EVERY_MS);
  }
  return { looks, peakPssBytes };
}
