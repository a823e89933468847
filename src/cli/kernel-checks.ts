// Whether the running kernel has what the BPF program uses, and lacks what would make reading user stacks dangerous.
// docs/kernels.md: which feature came with which kernel, and what was tried.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { fail, ok, warn } from './check.ts';
import type { HostView } from './host-view.ts';
import { kernelVersion, readProc, versionWithin } from './host-view.ts';

const DEBIAN_ARCH = process.arch === 'x64' ? 'amd64' : process.arch;
export const NEWER_KERNEL = `sudo apt-get install linux-image-${DEBIAN_ARCH} (or this distribution's current kernel), then reboot`;

/** Global BPF functions (the walker's step is one), and openat2 by which files in containers are opened: both of 5.6. */
const OLDEST_POSSIBLE = [5, 6] as const;
const OLDEST_TRIED = [5, 10] as const;

export function checkKernel(host: HostView): Check {
  const name = 'kernel';
  const version = kernelVersion(host);
  const found = readProc(host, 'sys/kernel/osrelease') ?? 'unknown';
  if (version === undefined) return warn(name, found, 'its version could not be read', 'see docs/kernels.md');
  if (versionWithin(version, [0, 0], OLDEST_POSSIBLE)) {
    return fail(
      name,
      found,
      'older than 5.6: its verifier does not know global functions, by which stacks are walked',
      NEWER_KERNEL,
    );
  }
  if (versionWithin(version, OLDEST_POSSIBLE, OLDEST_TRIED)) {
    return warn(name, found, 'should work, but nothing older than 5.10 was tried', NEWER_KERNEL);
  }
  return ok(name, found, 'has what the BPF program uses');
}

export function checkBtf(host: HostView): Check {
  const name = 'BTF';
  const path = join(host.sys, 'kernel/btf/vmlinux');
  if (existsSync(path)) return ok(name, path, "tells the BPF program where the kernel's fields are");
  return fail(
    name,
    `no ${path}`,
    "without the kernel's type information (CONFIG_DEBUG_INFO_BTF) the BPF program cannot be fitted to it",
    NEWER_KERNEL,
  );
}

/**
 * Whether a tick can lock the host up. With CONFIG_HARDENED_USERCOPY a read of user memory in an interrupt took
 * vmap_area_lock, which the interrupted code may hold. Came with 5.19; mended in 6.4 (d319f344561d, "mm: Fix
 * copy_from_user_nofault()"), 6.3.10 and 6.1.36.
 */
export function checkUserReads(host: HostView): Check {
  const name = 'user stack reads';
  const upstream = upstreamVersion(host);
  if (upstream === undefined) {
    return warn(name, 'unknown', 'the version of the kernel could not be read', 'see docs/kernels.md');
  }
  const { series, patch } = upstream;
  const found = `as of Linux ${[...series, ...(patch === undefined ? [] : [patch])].join('.')}`;
  const mendedIn = MENDED_IN[series.join('.')];
  const mended = mendedIn !== undefined && patch !== undefined && patch >= mendedIn;
  if (mended || !versionWithin(series, [5, 19], [6, 4])) return ok(name, found, 'safe in interrupts');
  return warn(
    name,
    found,
    'reading user stacks can lock up the whole host, under any BPF profiler: mended in 6.1.36, 6.3.10 and 6.4' +
      (patch === undefined ? ' (this kernel does not tell its patch level)' : ''),
    `update the kernel before sampling a host that must not stop: ${NEWER_KERNEL}`,
  );
}

/** Patch level of the series that was mended. */
const MENDED_IN: Readonly<Record<string, number>> = { '6.1': 36, '6.3': 10 };

interface Upstream {
  series: readonly [major: number, minor: number];
  /** Undefined where the kernel does not tell. */
  patch: number | undefined;
}

/**
 * The release that the kernel was made from. A distribution's own release may not tell: Debian's 6.1.0-56-amd64 is
 * 6.1.192, which is in /proc/version; Ubuntu's is in /proc/version_signature.
 */
function upstreamVersion(host: HostView): Upstream | undefined {
  const release = readProc(host, 'sys/kernel/osrelease') ?? '';
  const told =
    /#\d+ .*Debian (\d+)\.(\d+)\.(\d+)/.exec(readProc(host, 'version') ?? '') ??
    /^Ubuntu \S+ (\d+)\.(\d+)\.(\d+)/.exec(readProc(host, 'version_signature') ?? '') ??
    // x.y.0-… is how distributions number; their patch level is not in it.
    /^(\d+)\.(\d+)\.([1-9]\d*)/.exec(release) ??
    /^(\d+)\.(\d+)/.exec(release);
  if (told === null) return undefined;
  const [major, minor, patch] = told.slice(1).map(Number);
  return { series: [major!, minor!], patch };
}
