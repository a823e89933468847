import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/cli/check.ts';
import { doctor, examine } from '../../src/cli/doctor.ts';
import type { HostView } from '../../src/cli/host-view.ts';
import { ALL_CAPABILITIES, capEff, fakeHost } from './fake-host.ts';

const status = (caps: string) => ({ 'proc/self/status': `CapEff:\t${caps}\n` });
const finding = (host: HostView, name: string): Check => {
  const check = examine(host).find((candidate) => candidate.name === name);
  if (check === undefined) throw new Error(`doctor has no check ${name}`);
  return check;
};
const failing = (host: HostView) =>
  examine(host)
    .filter((check) => check.status === 'fail')
    .map((check) => check.name);

async function answer(host: HostView, json: boolean, colours = false) {
  let text = '';
  const code = await doctor({ json, host, colours, write: (part) => (text += part) });
  return { code, text };
}

describe('doctor', () => {
  it('finds nothing to mend where everything is there, and exits 0', async () => {
    expect(examine(fakeHost()).filter((check) => check.status !== 'ok')).toEqual([]);
    const { code, text } = await answer(fakeHost(), false);
    expect(code).toBe(0);
    expect(text).toMatch(/This host can be sampled\.\n$/);
  });

  it('says that root is needed where there is no privilege, and exits 1', async () => {
    const host = fakeHost(status(capEff()));
    expect(failing(host)).toContain('capabilities');
    expect(finding(host, 'capabilities')).toMatchObject({
      found: 'none',
      mend: 'run it as root: sudo npm start',
    });
    expect((await answer(host, false)).code).toBe(1);
  });

  it('takes SYS_ADMIN for the capabilities that were split off from it', () => {
    const host = fakeHost(status(capEff(2, 19, 21)));
    expect(finding(host, 'capabilities').status).toBe('ok');
  });

  it('warns where samples could be taken but not named', () => {
    const host = fakeHost(status(capEff(38, 39)));
    expect(finding(host, 'capabilities')).toMatchObject({ status: 'warn' });
    expect(finding(host, 'capabilities').why).toContain('SYS_PTRACE, DAC_READ_SEARCH, CHECKPOINT_RESTORE');
    expect(failing(host)).toEqual([]);
  });

  it('cannot sample on a kernel that is too old', async () => {
    const host = fakeHost({ 'proc/sys/kernel/osrelease': '5.4.0-42-generic\n' });
    expect(failing(host)).toEqual(['kernel']);
    expect((await answer(host, false)).code).toBe(1);
  });

  it('fails without the type information of the kernel', () => {
    const host = fakeHost({ 'sys/kernel/btf/vmlinux': null });
    expect(failing(host)).toEqual(['BTF']);
  });

  it('fails where perf_event_paranoid is 3 and only PERFMON is held, and names the sysctl', () => {
    const paranoid = { 'proc/sys/kernel/perf_event_paranoid': '3\n' };
    const host = fakeHost({ ...status(capEff(2, 19, 34, 38, 39, 40)), ...paranoid });
    expect(failing(host)).toEqual(['perf_event_paranoid']);
    expect(finding(host, 'perf_event_paranoid').mend).toBe('sudo sysctl kernel.perf_event_paranoid=2');
    // Root is not held back by it.
    expect(failing(fakeHost({ ...status(ALL_CAPABILITIES), ...paranoid }))).toEqual([]);
  });

  it('fails without perf events in the kernel', () => {
    expect(failing(fakeHost({ 'proc/sys/kernel/perf_event_paranoid': null }))).toEqual([
      'perf_event_paranoid',
    ]);
  });

  it.each([
    ['none [integrity] confidentiality', 'ok'],
    ['none integrity [confidentiality]', 'fail'],
    [null, 'ok'],
  ])('judges the lockdown mode %s as %s', (text, expected) => {
    const host = fakeHost({ 'sys/kernel/security/lockdown': text });
    expect(finding(host, 'lockdown').status).toBe(expected);
  });

  it('asks for unlocked memory only on kernels that charge maps to the limit', () => {
    const old = { 'proc/sys/kernel/osrelease': '5.10.0\n' };
    expect(finding(fakeHost({ ...old, ...status(capEff(38, 39)) }), 'locked memory').status).toBe('fail');
    expect(finding(fakeHost(old), 'locked memory').status).toBe('ok');
    expect(finding(fakeHost(status(capEff(38, 39))), 'locked memory').status).toBe('ok');
  });

  it('warns where the kernel hides its symbols', () => {
    const host = fakeHost({ 'proc/sys/kernel/kptr_restrict': '2\n' });
    expect(finding(host, 'kptr_restrict')).toMatchObject({
      status: 'warn',
      mend: 'sudo sysctl kernel.kptr_restrict=1',
    });
  });

  it('tells a user namespace and a pid namespace from the host', () => {
    expect(finding(fakeHost({ 'proc/self/uid_map': '0 1000 1\n' }), 'namespaces').status).toBe('fail');
    expect(finding(fakeHost({}, 'pid:[4026532441]'), 'namespaces').status).toBe('warn');
  });

  it('warns where the service could not have a user of its own', () => {
    const host = fakeHost(status(capEff(2, 19, 34, 38, 39, 40)));
    expect(finding(host, 'separation')).toMatchObject({
      status: 'warn',
      found: 'without SETUID, SETGID, SETPCAP, KILL',
    });
  });

  it('names the commands that make the users it lacks', () => {
    const host = fakeHost({ 'etc/passwd': 'root:x:0:0::/root:/bin/sh\npilotlight:x:998:998::/:\n' });
    expect(finding(host, 'separation')).toMatchObject({
      status: 'warn',
      found: 'no user pilotlight-sampler',
    });
    expect(finding(host, 'separation').mend).toMatch(/^sudo useradd --system .* pilotlight-sampler$/);
    expect(failing(host)).toEqual([]);
  });

  it('tells the cgroup versions apart', () => {
    const found = (path: string) =>
      finding(fakeHost({ 'sys/fs/cgroup/cgroup.controllers': null, [path]: '' }), 'cgroups').found;
    expect(found('sys/fs/cgroup/memory/tasks')).toBe('v1');
    expect(found('sys/fs/cgroup/unified/cgroup.procs')).toBe('v1, with v2 beside it');
    expect(found('sys/other')).toBe('not mounted');
  });

  it('names the parts that are not built', () => {
    const host = fakeHost({ 'installation/build/Release/pilotlight.node': null });
    expect(finding(host, 'build')).toMatchObject({
      status: 'fail',
      found: 'missing: build/Release/pilotlight.node',
      mend: `cd ${host.installation} && sudo npm run build`,
    });
  });

  it('warns of a data directory that cannot be made', () => {
    const host = fakeHost({ data: 'a file in the place of the directory' });
    expect(finding(host, 'data directory').status).toBe('warn');
    expect(finding(host, 'data directory').why).toContain('ENOTDIR');
  });

  it('answers JSON that holds every check', async () => {
    const { code, text } = await answer(fakeHost(status(capEff())), true);
    const parsed = JSON.parse(text) as { canSample: boolean; checks: Check[] };
    expect(code).toBe(1);
    expect(parsed.canSample).toBe(false);
    for (const check of parsed.checks) {
      expect(Object.keys(check)).toEqual(['name', 'status', 'found', 'why', 'mend']);
      if (check.status === 'fail') expect(check.mend).not.toBe('');
    }
  });

  it('prints colours only when asked to', async () => {
    expect((await answer(fakeHost(), false, false)).text).not.toContain('\x1b[');
    expect((await answer(fakeHost(), false, true)).text).toContain('\x1b[32mok');
  });
});
