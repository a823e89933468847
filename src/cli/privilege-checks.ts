// What this process may do: capabilities, namespaces, and the kernel's settings that restrict perf and BPF.
import type { Check } from './check.ts';
import { fail, ok, warn } from './check.ts';
import type { Capability } from './capabilities.ts';
import { effectiveCapabilities, LAUNCHER_ONLY, SAMPLER_CAPABILITIES } from './capabilities.ts';
import type { HostView } from './host-view.ts';
import { addUserCommand, SAMPLER_USER, SERVICE_USER, userExists } from './service-users.ts';
import { kernelVersion, lockdownMode, readProc, readProcLink, sysctl, versionWithin } from './host-view.ts';

export const RUN_AS_ROOT = 'run it as root: sudo npm start';

/** Without these no sample is taken. */
const TO_SAMPLE: readonly Capability[] = ['BPF', 'PERFMON'];
/** Without these, samples are taken but not told whose they are or what they are called. */
const TO_NAME = SAMPLER_CAPABILITIES.filter((capability) => !TO_SAMPLE.includes(capability));

export function checkCapabilities(host: HostView): Check {
  const name = 'capabilities';
  const held = effectiveCapabilities(host);
  const missing = (wanted: readonly Capability[]) => wanted.filter((capability) => !held.has(capability));
  const found = held.size === 0 ? 'none' : [...held].join(' ');
  if (missing(TO_SAMPLE).length > 0) {
    const lacking = missing(TO_SAMPLE).join(' and ');
    return fail(
      name,
      found,
      `without ${lacking} the kernel refuses the BPF program and the perf events`,
      RUN_AS_ROOT,
    );
  }
  if (missing(TO_NAME).length > 0) {
    const lacking = missing(TO_NAME).join(', ');
    return warn(
      name,
      found,
      `without ${lacking} other users' programs and the kernel stay unnamed`,
      RUN_AS_ROOT,
    );
  }
  return ok(name, found, 'enough to sample every process and to name it');
}

/** Whether the launcher can start its children with less than it has. */
export function checkSeparation(host: HostView): Check {
  const name = 'separation';
  const held = effectiveCapabilities(host);
  const missing = LAUNCHER_ONLY.filter((capability) => !held.has(capability));
  if (missing.length > 0) {
    return warn(
      name,
      `without ${missing.join(', ')}`,
      'the service cannot be given a user of its own, nor be kept from signalling the sampler',
      RUN_AS_ROOT,
    );
  }
  const absent = [SERVICE_USER, SAMPLER_USER].filter((user) => !userExists(host, user));
  if (absent.length === 0)
    return ok(name, `${SERVICE_USER}, ${SAMPLER_USER}`, 'service and sampler have users of their own');
  return warn(
    name,
    `no user ${absent.join(', no user ')}`,
    '`serve` does not start without the users that its service and its sampler run as; `record` needs none',
    absent.map((user) => `sudo ${addUserCommand(user)}`).join(' && '),
  );
}

/** `pid:[…]` of the first pid namespace: PROC_PID_INIT_INO of the kernel. */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

export function checkNamespaces(host: HostView): Check {
  const name = 'namespaces';
  const users = readProc(host, 'self/uid_map');
  if (users !== undefined && !/^0\s+0\s+4294967295$/.test(users)) {
    return fail(
      name,
      'a user namespace',
      "capabilities held inside a user namespace do not count for the kernel's BPF and perf",
      'run it outside of rootless containers, as root of the host',
    );
  }
  const pids = readProcLink(host, 'self/ns/pid');
  if (pids !== undefined && pids !== FIRST_PID_NAMESPACE) {
    return warn(
      name,
      'a pid namespace of its own',
      "the kernel reports the host's pids, which this /proc does not have: processes stay unnamed",
      "in a container, share the host's pids: docker run --pid=host, or hostPID: true",
    );
  }
  return ok(name, "the host's", 'pids in samples are those of this /proc');
}

export function checkParanoid(host: HostView): Check {
  const name = 'perf_event_paranoid';
  const level = sysctl(host, 'kernel/perf_event_paranoid');
  if (level === undefined) {
    return fail(
      name,
      'absent',
      'this kernel is built without perf events (CONFIG_PERF_EVENTS)',
      'boot a distribution kernel',
    );
  }
  const held = effectiveCapabilities(host);
  if (held.has('SYS_ADMIN') || (held.has('PERFMON') && level < 3)) {
    return ok(name, String(level), 'does not apply to a process with these capabilities');
  }
  if (held.has('PERFMON')) {
    return fail(
      name,
      String(level),
      "kernels of Debian and Ubuntu ask for SYS_ADMIN at 3 and above: PERFMON isn't enough",
      'sudo sysctl kernel.perf_event_paranoid=2',
    );
  }
  if (level <= 0) return ok(name, String(level), 'lets every user sample whole CPUs');
  return fail(
    name,
    String(level),
    'above 0, sampling whole CPUs needs the capability PERFMON',
    `${RUN_AS_ROOT}, or: sudo sysctl kernel.perf_event_paranoid=0`,
  );
}

export function checkUnprivilegedBpf(host: HostView): Check {
  const name = 'unprivileged_bpf_disabled';
  const level = sysctl(host, 'kernel/unprivileged_bpf_disabled');
  const found = level === undefined ? 'absent' : String(level);
  if (effectiveCapabilities(host).has('BPF')) {
    return ok(name, found, 'does not apply to a process with the capability BPF');
  }
  return fail(
    name,
    found,
    'sampling programs are refused to the unprivileged whatever its value',
    RUN_AS_ROOT,
  );
}

export function checkKptrRestrict(host: HostView): Check {
  const name = 'kptr_restrict';
  const level = sysctl(host, 'kernel/kptr_restrict') ?? 0;
  if (level >= 2) {
    return warn(
      name,
      String(level),
      'hides the addresses of kernel symbols even from root: kernel frames stay unnamed',
      'sudo sysctl kernel.kptr_restrict=1',
    );
  }
  if (effectiveCapabilities(host).has('SYSLOG')) return ok(name, String(level), 'kernel symbols can be read');
  return warn(name, String(level), 'without the capability SYSLOG kernel symbols read as 0', RUN_AS_ROOT);
}

export function checkLockdown(host: HostView): Check {
  const name = 'lockdown';
  const mode = lockdownMode(host);
  if (mode === 'confidentiality') {
    return fail(
      name,
      mode,
      'in this mode the kernel lets no one, root included, read its memory from BPF or perf',
      'boot with lockdown=integrity on the kernel command line (or without lockdown=)',
    );
  }
  return ok(name, mode ?? 'not reported', 'the kernel allows BPF and perf to read memory');
}

/** Kernels before 5.11 charge BPF maps to the limit on locked memory. */
export function checkLockedMemory(host: HostView): Check {
  const name = 'locked memory';
  const limit = /^Max locked memory\s+(\S+)/m.exec(readProc(host, 'self/limits') ?? '')?.[1] ?? 'unknown';
  const version = kernelVersion(host);
  if (version === undefined || !versionWithin(version, [0, 0], [5, 11])) {
    return ok(name, limit, 'maps are charged to the memory cgroup on this kernel');
  }
  if (limit === 'unlimited' || effectiveCapabilities(host).has('SYS_RESOURCE')) {
    return ok(name, limit, 'the limit can be lifted');
  }
  return fail(
    name,
    limit,
    'before Linux 5.11 BPF maps count as locked memory, and without SYS_RESOURCE the limit stays',
    'ulimit -l unlimited',
  );
}
