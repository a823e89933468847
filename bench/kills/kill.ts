// One kill of one process of the daemon, and what it cost.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from '../lib/daemon.ts';
import type { Victim } from './options.ts';

export interface Kill {
  victim: Victim;
  /** From the kill until the new process answers. */
  backMs: number;
  /** From the kill to the first stored sample that was taken after it; in steps of FIRST_STEP_MS. */
  resumedMs: number;
  /** Samples under named losses of any kind, by this kill. */
  lost: number;
  /** Those as seconds of all CPUs, at the rate in force. */
  lostSeconds: number;
  /** Accounts of the CPUs where they did not close, as JSON. */
  open: string | null;
}

/** What is in hand when the service is killed is up to one flush's: the kill comes at any time between two. */
const FLUSH_MS = 5000;
const FIRST_STEP_MS = 50;
/** Hang bound. */
const BACK_MS = 60_000;

interface Sums {
  lost: number;
  samples: number;
  entries: number;
  open: string | null;
}

async function sums(daemon: Daemon): Promise<Sums> {
  const { conservation } = await daemon.status();
  const cpus = conservation!.perCpu;
  const add = (of: (cpu: (typeof cpus)[number]) => number): number =>
    cpus.reduce((all, cpu) => all + of(cpu), 0);
  return {
    lost: add(({ losses }) => Object.values(losses).reduce((all, each) => all + each, 0)),
    samples: add((cpu) => cpu.samples),
    entries: add((cpu) => cpu.entries),
    open: conservation!.closed ? null : JSON.stringify(cpus),
  };
}

/** The kernel keeps 15 bytes of a name. */
function pidOf(daemon: Daemon, victim: Victim): number | undefined {
  return daemon.pids().find((pid) => nameOf(pid).startsWith(`pilotlight-${victim.slice(0, 4)}`));
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8');
  } catch {
    return ''; // it has ended since
  }
}

/** The status asks the sampler too: it answers when both are there. */
async function answers(daemon: Daemon): Promise<boolean> {
  try {
    const { overhead } = await daemon.status();
    return overhead !== undefined;
  } catch {
    return false; // refused or reset while the service is away
  }
}

async function back(daemon: Daemon, victim: Victim, before: number): Promise<void> {
  for (const end = performance.now() + BACK_MS; performance.now() < end; await sleep(10)) {
    const pid = pidOf(daemon, victim);
    if (pid !== undefined && pid !== before && (await answers(daemon))) return;
  }
  throw new Error(`the ${victim} was not back within ${BACK_MS} ms`);
}

/** How long after `fromMs` the first stored sample was taken. */
async function firstSampleAfter(daemon: Daemon, fromMs: number): Promise<number> {
  for (let ms = FIRST_STEP_MS; ms < BACK_MS; ms += FIRST_STEP_MS) {
    const answer = await fetch(`${daemon.url}/api/v1/top?from=${fromMs}&until=${fromMs + ms}&limit=1`);
    const { totalCount } = (await answer.json()) as { totalCount: number };
    if (totalCount > 0) return ms;
  }
  return Infinity;
}

export async function kill(daemon: Daemon, victim: Victim, samplesPerSecond: number): Promise<Kill> {
  if (victim === 'service') await sleep(Math.random() * FLUSH_MS);
  const before = await sums(daemon);
  const pid = pidOf(daemon, victim);
  if (pid === undefined) throw new Error(`there is no ${victim}`);
  const [atMs, began] = [Date.now(), performance.now()];
  process.kill(pid, 'SIGKILL');
  await back(daemon, victim, pid);
  const backMs = performance.now() - began;
  const profile = await fetch(`${daemon.url}/debug/pprof/profile?seconds=1`); // when it answers, that second is stored
  await profile.arrayBuffer();
  const after = await sums(daemon);
  if (after.samples < before.samples) throw new Error('stored samples are gone');
  const lost = after.lost - before.lost;
  const resumedMs = await firstSampleAfter(daemon, atMs);
  return { victim, backMs, resumedMs, lost, lostSeconds: lost / samplesPerSecond, open: after.open };
}
