// A host made of files, for checks of what this machine is not. By default everything is as sampling wants it.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { HostView } from '../../src/cli/host-view.ts';
import { SAMPLER_USER, SERVICE_USER } from '../../src/cli/service-users.ts';

/** Path under the fake root → content; null leaves the file out. */
export type HostFiles = Readonly<Record<string, string | null>>;

/** CapEff of root on Linux 5.9 and newer. */
export const ALL_CAPABILITIES = '000001ffffffffff';

export function capEff(...bits: number[]): string {
  return bits
    .reduce((mask, bit) => mask | (1n << BigInt(bit)), 0n)
    .toString(16)
    .padStart(16, '0');
}

const ABLE_HOST: HostFiles = {
  'proc/self/status': `Name:\tnode\nCapEff:\t${ALL_CAPABILITIES}\nSeccomp:\t0\n`,
  'proc/self/uid_map': '         0          0 4294967295\n',
  'proc/self/limits': 'Max locked memory         8388608              8388608              bytes     \n',
  'proc/sys/kernel/osrelease': '6.12.9-amd64\n',
  'proc/sys/kernel/perf_event_paranoid': '2\n',
  'proc/sys/kernel/unprivileged_bpf_disabled': '2\n',
  'proc/sys/kernel/kptr_restrict': '0\n',
  'etc/passwd': `root:x:0:0:root:/root:/bin/bash\n${SERVICE_USER}:x:998:998::/nonexistent:\n${SAMPLER_USER}:x:997:997::/nonexistent:\n`,
  'sys/kernel/btf/vmlinux': 'BTF',
  'sys/kernel/security/lockdown': '[none] integrity confidentiality\n',
  'sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
  'installation/build/pilotlight.bpf.o': '',
  'installation/build/Release/pilotlight.node': '',
  'installation/build/Release/pilotlight-launcher': '',
  'installation/dist/web/index.html': '',
};

export function fakeHost(files: HostFiles = {}, pidNamespace = 'pid:[4026531836]'): HostView {
  const root = mkdtempSync(join(tmpdir(), 'pilotlight-host-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries({ ...ABLE_HOST, ...files })) {
    if (content === null) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  mkdirSync(join(root, 'proc/self/ns'), { recursive: true });
  symlinkSync(pidNamespace, join(root, 'proc/self/ns/pid'));
  return {
    proc: join(root, 'proc'),
    sys: join(root, 'sys'),
    etc: join(root, 'etc'),
    installation: join(root, 'installation'),
    dataDir: join(root, 'data'),
  };
}
