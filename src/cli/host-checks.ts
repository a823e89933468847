// What the host and this installation offer, whoever runs it; the kernel itself: kernel-checks.ts.
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Check } from './check.ts';
import { fail, ok, warn } from './check.ts';
import type { HostView } from './host-view.ts';

/** Never worse than ok: cpu-clock does what sampling needs. */
export function checkCycleCounter(host: HostView): Check {
  const devices = join(host.sys, 'bus/event_source/devices');
  // Hybrid Intel CPUs have `cpu_core` and `cpu_atom`, arm64 `armv8_*`.
  const present = ['cpu', 'cpu_core', 'armv8_pmuv3_0', 'armv8_pmuv3'].some((pmu) =>
    existsSync(join(devices, pmu)),
  );
  return present
    ? ok('cycle counter', 'present', 'sampling is by cpu-clock, which works with and without one')
    : ok('cycle counter', 'absent (usual in virtual machines)', 'sampling is by cpu-clock, which needs none');
}

export function checkCgroups(host: HostView): Check {
  const name = 'cgroups';
  const has = (path: string) => existsSync(join(host.sys, 'fs/cgroup', path));
  const why = 'container, pod and unit labels come from cgroup paths';
  if (has('cgroup.controllers')) return ok(name, 'v2', why);
  if (has('unified')) return ok(name, 'v1, with v2 beside it', why);
  if (has('memory') || has('cpu')) return ok(name, 'v1', why);
  return warn(
    name,
    'not mounted',
    `${why}, so those labels stay empty`,
    'sudo mount -t cgroup2 none /sys/fs/cgroup',
  );
}

const PRODUCTS = [
  'build/pilotlight.bpf.o',
  'build/Release/pilotlight.node',
  'build/Release/pilotlight-launcher',
  'dist/web/index.html',
];

export function checkBuild(host: HostView): Check {
  const missing = PRODUCTS.filter((path) => !existsSync(join(host.installation, path)));
  if (missing.length === 0) return ok('build', host.installation, 'everything is built');
  return fail(
    'build',
    `missing: ${missing.join(', ')}`,
    'the daemon needs all of its parts',
    `cd ${host.installation} && sudo npm run build`,
  );
}

export function checkDataDirectory(host: HostView): Check {
  const name = 'data directory';
  let existing = host.dataDir;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const found = existing === host.dataDir ? existing : `${host.dataDir} (to be made in ${existing})`;
  try {
    // `/.` refuses a regular file in the place of a folder.
    accessSync(`${existing}/.`, constants.W_OK);
    return ok(name, found, 'writable');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return warn(
      name,
      found,
      `not writable (${reason}): \`serve\` has nowhere to keep profiles; \`record\` needs none`,
      'run as root, or: pilotlight serve --data-dir DIR',
    );
  }
}
