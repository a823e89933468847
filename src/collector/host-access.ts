// What the privileged side does for others after start: opening objects and reading /proc.
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:fs';
import { chooseCgroupV1, readCgroupMounts } from './cgroup-mounts.ts';
import type { NativeBpfDump } from './native.ts';
import { isNativeError, native } from './native.ts';
import { listPids, parseExecutableMappings, readProcess } from './proc.ts';
import type { KernelFile, ProcSnapshot } from './sampler-host.ts';
import type { MissReason } from '../model/frame.ts';

export type Opened = { ok: true; fd: number } | { ok: false; reason: MissReason };

function missReason(error: unknown): MissReason {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'EACCES' || code === 'EPERM' ? 'no-permission' : 'no-file';
}

/** Opens the file behind a mapping through /proc/PID/map_files: works for deleted and for containers' files. */
export function openMappedFile(pid: number, start: bigint, end: bigint): Opened {
  try {
    // The request is checked against what the kernel says now: only an executable mapping of a file will do.
    const maps = parseExecutableMappings(readFileSync(`/proc/${pid}/maps`, 'utf8'));
    const mapping = maps.find((m) => m.start <= start && m.end >= end && m.inode !== '0');
    if (!mapping) return { ok: false, reason: 'no-file' };
    const name = `${mapping.start.toString(16)}-${mapping.end.toString(16)}`;
    // O_NONBLOCK: a mapped device must not make us wait; anything but a regular file is refused below.
    const fd = openSync(`/proc/${pid}/map_files/${name}`, constants.O_RDONLY | constants.O_NONBLOCK);
    if (fstatSync(fd).isFile()) return { ok: true, fd };
    closeSync(fd);
    return { ok: false, reason: 'no-file' };
  } catch (error) {
    return { ok: false, reason: missReason(error) };
  }
}

/**
 * The perf map lies in the process's own /tmp under the pid that it knows itself by. Everybody may put a file there, so
 * it has to be the process's user's or root's, as perf demands, and the file itself: a link there, symbolic or hard, could
 * lead to any file of theirs.
 */
export function openPerfMap(pid: number): Opened {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const inner = /^NSpid:.*?(\d+)$/m.exec(status)?.[1] ?? String(pid);
    const fd = native().openInRoot(`/proc/${pid}/root`, `tmp/perf-${inner}.map`, false);
    const { uid, nlink } = fstatSync(fd);
    if (nlink === 1 && mayTellOf(uid, status)) return { ok: true, fd };
    closeSync(fd);
    return { ok: false, reason: 'no-permission' };
  } catch (error) {
    if (isNativeError(error) && error.code === 'ENOENT') return { ok: false, reason: 'no-map' };
    return { ok: false, reason: missReason(error) };
  }
}

/** `status`: of the process; its real, effective, saved and file-system user may differ. */
export function mayTellOf(owner: number, status: string): boolean {
  const users = /^Uid:\t(.*)$/m.exec(status)?.[1]?.split('\t') ?? [];
  return owner === 0 || users.includes(String(owner));
}

/** Nothing else is opened by a path that the service names: what it asks for has been made of what others wrote. */
const DEBUG_FILE = /^\/(?:usr\/lib\/debug\/.|(?:.*\/)?\.debug\/[^/]|.*[^/]\.(?:debug|dwo|dwp|dwz)$)/s;

/**
 * A file of debug information inside a process's root, or our own for null; symbolic links do not lead out of it. Whoever
 * asks may have put a link at that path: where it leads must be such a file too, and one that everybody may read.
 */
export function openDebugFile(pid: number | null, path: string): Opened {
  if (!DEBUG_FILE.test(path)) return { ok: false, reason: 'no-permission' };
  try {
    const fd = native().openInRoot(pid === null ? '/' : `/proc/${pid}/root`, path, true);
    const forAll = (fstatSync(fd).mode & constants.S_IROTH) !== 0;
    if (forAll && DEBUG_FILE.test(readlinkSync(`/proc/self/fd/${fd}`))) return { ok: true, fd };
    closeSync(fd);
    return { ok: false, reason: 'no-permission' };
  } catch (error) {
    return { ok: false, reason: missReason(error) };
  }
}

const KERNEL_FILES: Record<KernelFile, string> = {
  kallsyms: '/proc/kallsyms',
  modules: '/proc/modules',
};

/** The kernel decides by the opener's privilege whether addresses show, so the descriptor can be handed on. */
export function openKernelFile(file: KernelFile): Opened {
  try {
    return { ok: true, fd: openSync(KERNEL_FILES[file], 'r') };
  } catch (error) {
    return { ok: false, reason: missReason(error) };
  }
}

/** Ids of the loaded BPF programs; none where we may not ask. */
export function bpfProgramIds(): number[] {
  try {
    return native().bpfProgramIds();
  } catch (error) {
    if (isNativeError(error)) return [];
    throw error;
  }
}

export type OpenedBpfProgram = ({ ok: true } & NativeBpfDump) | { ok: false; reason: MissReason };

/** A dump of the program as the kernel describes it: nothing in it is looked at here. */
export function openBpfProgram(id: number): OpenedBpfProgram {
  try {
    return { ok: true, ...native().dumpBpfProgram(id) };
  } catch (error) {
    return { ok: false, reason: missReason(error) };
  }
}

/** Turns of the event loop between so many processes, so that a scan of thousands does not stop other answers. */
const SCAN_SLICE = 64;

export async function scanProcesses(onProcess: (process: ProcSnapshot) => void): Promise<void> {
  const pids = listPids();
  for (let i = 0; i < pids.length; i++) {
    const snapshot = readProcess(pids[i]!);
    if (snapshot) onProcess(snapshot);
    if (i % SCAN_SLICE === SCAN_SLICE - 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

export function cgroupPath(version: 1 | 2, id: bigint): string | null {
  const mount = version === 2 ? readCgroupMounts().v2 : chooseCgroupV1()?.mount;
  if (mount === undefined || mount === null) return null;
  try {
    return native().cgroupPath(mount, id) || null;
  } catch (error) {
    if (isNativeError(error)) return null; // the hierarchy was unmounted
    throw error;
  }
}

/** `namespace_pod_uid` directories of the kubelet; none where there is no Kubernetes. */
export function podDirectories(): string[] {
  try {
    return readdirSync('/var/log/pods');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
