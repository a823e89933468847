// Why the sampler could not start, in one line: what failed, why, and what mends it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkBuild } from './host-checks.ts';
import type { Check } from './check.ts';
import type { HostView } from './host-view.ts';
import { readProc, thisHost } from './host-view.ts';
import { NEWER_KERNEL, checkKernel } from './kernel-checks.ts';
import {
  checkCapabilities,
  checkLockdown,
  checkLockedMemory,
  checkNamespaces,
  checkParanoid,
} from './privilege-checks.ts';

/** What the addon throws: `code` is errno's name, `stage` the call that failed (native/errors.h). */
export interface SamplerError {
  code?: string;
  message: string;
  stage?: string;
}

interface Explanation {
  why: string;
  mend: string;
}

/** Traces of the verifier in libbpf's log. It refuses with EACCES, EINVAL or E2BIG, so the code alone cannot tell. */
const VERIFIER =
  /processed \d+ insns|BPF program is too large|unknown func|cannot use helper|invalid (mem|bpf_context|indirect)|unbounded memory|BEGIN PROG LOAD LOG/;

export function explainSamplerError(error: SamplerError, host: HostView = thisHost()): string {
  const { why, mend } = explanation(error, host);
  return `${WHAT[error.stage ?? ''] ?? 'the sampler cannot start'}: ${why}; ${mend}`.replace(
    /\s*\n\s*/g,
    ' ',
  );
}

const WHAT: Readonly<Record<string, string>> = {
  bpf_open: 'the BPF object cannot be opened',
  bpf_load: 'the kernel does not take the BPF program',
  bpf_map_create: 'the kernel does not make the BPF maps',
  bpf_map_update: 'the kernel does not make the BPF maps',
  perf_event_open: 'the kernel does not open the perf events',
  perf_event_attach: 'the kernel does not attach the BPF program to the perf events',
  mmap: 'the buffers cannot be mapped',
};

function explanation(error: SamplerError, host: HostView): Explanation {
  const { code = '', stage = '', message } = error;
  // In this order: each cause would also show as one of those below it.
  const lockdown = checkLockdown(host);
  if (lockdown.status === 'fail' && stage !== 'bpf_open') return because(lockdown);
  if (stage === 'bpf_open') return unusableObject(host, message);
  const kernel = checkKernel(host);
  if (kernel.status === 'fail') return because(kernel);
  if (!stage.startsWith('perf_event') && isMissingBtf(host, message)) {
    return {
      why: 'this kernel gives no type information (BTF) in /sys/kernel/btf/vmlinux',
      mend: NEWER_KERNEL,
    };
  }
  if (VERIFIER.test(message)) return refusedByVerifier(host, message);
  if (code === 'EPERM' || code === 'EACCES') return refusedPermission(host, stage);
  if (code === 'ENOMEM' || code === 'EAGAIN') {
    return {
      why: `${message.split('\n', 1)[0]!}: no memory left for its buffers`,
      mend: "free memory, or raise this cgroup's limit",
    };
  }
  return { why: message.split('\n', 1)[0]!, mend: 'see what this host lacks: pilotlight doctor' };
}

const because = ({ name, found, why, mend }: Check): Explanation => ({
  why: `${name} is ${found}: ${why}`,
  mend,
});

function isMissingBtf(host: HostView, message: string): boolean {
  return (
    !existsSync(join(host.sys, 'kernel/btf/vmlinux')) ||
    /(failed to find valid kernel BTF|error loading vmlinux BTF|BTF is required)/i.test(message)
  );
}

function unusableObject(host: HostView, message: string): Explanation {
  const build = checkBuild(host);
  if (build.status === 'fail') return { why: `it is not built (${build.found})`, mend: build.mend };
  return {
    why: message.split('\n', 1)[0]!,
    mend: `build it again: cd ${host.installation} && sudo npm run build`,
  };
}

function refusedByVerifier(host: HostView, message: string): Explanation {
  const release = readProc(host, 'sys/kernel/osrelease') ?? 'this kernel';
  // The last line but for the statistics says what the verifier objected to.
  const objection = message
    .split('\n')
    .map((line) => line.replace(/^libbpf:\s*(prog '\w+':\s*)?/, '').trim())
    .filter(
      (line) =>
        line !== '' && !/^(processed \d+|-- |failed to load|verification time|stack depth)/.test(line),
    )
    .at(-1);
  return {
    why: `the verifier of Linux ${release} rejects it (${objection ?? 'no reason given'})`,
    mend: `${NEWER_KERNEL}, and report it with this line`,
  };
}

function refusedPermission(host: HostView, stage: string): Explanation {
  const suspects = [checkCapabilities(host), checkNamespaces(host)];
  if (stage.startsWith('perf_event')) suspects.push(checkParanoid(host));
  else suspects.push(checkLockedMemory(host));
  const culprit = suspects.find((check) => check.status === 'fail');
  if (culprit !== undefined) return because(culprit);
  if (/^Seccomp:\s*2$/m.test(readProc(host, 'self/status') ?? '')) {
    return {
      why: 'permission is denied although the capabilities are held: a seccomp filter is in force',
      mend: 'in a container, allow bpf and perf_event_open: docker run --privileged, or a seccomp profile with both',
    };
  }
  return {
    why: 'permission is denied although the capabilities are held: a security module may forbid it',
    mend: 'look for its refusal: sudo dmesg | tail',
  };
}
