// A process image: one program run by one process, from its exec (or fork) to the next exec or its exit.
import { hash64 } from './code-object.ts';

/** 64-bit identity of (boot, pid, start time, name of the image). */
export type ProcessId = bigint & { readonly __brand: 'ProcessId' };

/** Where a process runs, as its cgroup path tells. Empty strings where it does not. */
export interface Workload {
  container: string;
  podUid: string;
  pod: string;
  namespace: string;
  containerName: string;
  unit: string;
}

export const NO_WORKLOAD: Workload = {
  container: '',
  podUid: '',
  pod: '',
  namespace: '',
  containerName: '',
  unit: '',
};

export interface ProcessInfo extends Workload {
  id: ProcessId;
  pid: number;
  /** Start of the process, ms since the epoch (wall clock). With `pid` it is the identity of the process. */
  startMs: number;
  /** Execs seen of the process before this image. */
  image: number;
  comm: string;
  /** Path of the executable; empty for kernel threads. */
  exe: string;
  cgroup: string;
  uid: number;
  user: string;
}

/**
 * `startTicks`: /proc/PID/stat field 22, clock ticks (10 ms) since boot; it tells reused pids apart.
 * `image`: the name that the image began with. Each image of a process is a row of its own, so that samples before
 * and after an exec keep their own `comm` and `exe`; found again in /proc, an image gets the same id.
 */
export function processId(bootId: string, pid: number, startTicks: number, image: string): ProcessId {
  return hash64(`process\0${bootId}\0${pid}\0${startTicks}\0${image}`) as ProcessId;
}
