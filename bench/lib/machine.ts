// The machine a benchmark ran on, and how much of it others used meanwhile.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const virtual = /^flags\s*:.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  const memoryGib = (totalmem() / 2 ** 30).toFixed(1);
  const cores = `${availableParallelism()} ${virtual ? 'virtual CPUs' : 'CPUs'}`;
  return `${model}, ${cores}, ${memoryGib} GiB, Linux ${release()}, Node.js ${process.versions.node}`;
}

/** Short id of the commit, `+` behind it where files differ from it; undefined outside of a repository. */
export function describeCommit(root: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'bpf', 'native', 'bench') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return undefined; // a release without its history
  }
}

/** CPUs that are online, by number. */
export function onlineCpus(): number[] {
  const ranges = readFileSync('/sys/devices/system/cpu/online', 'utf8').trim().split(',');
  return ranges.flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
  });
}

/** CPU time of the host so far, in jiffies. */
export interface HostTime {
  total: number;
  idle: number;
  /** Taken by other guests of the same host. */
  steal: number;
}

export function hostTime(): HostTime {
  const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const total = user + nice + system + idle + iowait + irq + softirq + steal;
  return { total, idle: idle + iowait, steal };
}

export function hostShares(before: HostTime, after: HostTime): { busy: number; steal: number } {
  const total = Math.max(1, after.total - before.total);
  const idle = after.idle - before.idle;
  return { busy: 1 - idle / total, steal: (after.steal - before.steal) / total };
}
