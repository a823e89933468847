import { describe, expect, it } from 'vitest';
import { explainSamplerError } from '../../src/cli/explain-sampler-error.ts';
import { capEff, fakeHost } from './fake-host.ts';

const unprivileged = { 'proc/self/status': `CapEff:\t${capEff()}\n` };

describe('explainSamplerError', () => {
  it('blames missing capabilities for EPERM', () => {
    const line = explainSamplerError(
      { code: 'EPERM', stage: 'bpf_load', message: 'bpf_load: Operation not permitted' },
      fakeHost(unprivileged),
    );
    expect(line).toBe(
      'the kernel does not take the BPF program: capabilities is none: without BPF and PERFMON the kernel' +
        ' refuses the BPF program and the perf events; run it as root: sudo npm start',
    );
  });

  it('blames perf_event_paranoid where it holds back what PERFMON would allow', () => {
    const host = fakeHost({
      'proc/self/status': `CapEff:\t${capEff(38, 39)}\n`,
      'proc/sys/kernel/perf_event_paranoid': '4\n',
    });
    const line = explainSamplerError(
      {
        code: 'EACCES',
        stage: 'perf_event_open',
        message: 'perf_event_open: Permission denied: cpu-clock on CPU 0',
      },
      host,
    );
    expect(line).toContain('the kernel does not open the perf events: perf_event_paranoid is 4');
    expect(line).toContain('sudo sysctl kernel.perf_event_paranoid=2');
  });

  it('blames lockdown before anything that follows from it', () => {
    const host = fakeHost({ 'sys/kernel/security/lockdown': 'none integrity [confidentiality]\n' });
    const line = explainSamplerError(
      { code: 'EINVAL', stage: 'bpf_load', message: 'unknown func bpf_probe_read_kernel#113' },
      host,
    );
    expect(line).toContain('lockdown is confidentiality');
    expect(line).toContain('lockdown=integrity');
  });

  it('tells missing type information', () => {
    const line = explainSamplerError(
      { code: 'ESRCH', stage: 'bpf_load', message: 'libbpf: failed to find valid kernel BTF' },
      fakeHost({ 'sys/kernel/btf/vmlinux': null }),
    );
    expect(line).toContain('no type information (BTF)');
    expect(line).toContain('linux-image-');
  });

  it('blames a kernel that is too old for what its verifier objects to', () => {
    const line = explainSamplerError(
      {
        code: 'EINVAL',
        stage: 'bpf_load',
        message: 'func#1 @67 is global: not supported\nprocessed 0 insns',
      },
      fakeHost({ 'proc/sys/kernel/osrelease': '5.4.0-42-generic\n' }),
    );
    expect(line).toContain('kernel is 5.4.0-42-generic: older than 5.6');
  });

  it("quotes the verifier's objection, not its statistics", () => {
    const message = [
      "bpf_load: Permission denied: libbpf: prog 'sample': BPF program load failed: Permission denied",
      "libbpf: prog 'sample': -- BEGIN PROG LOAD LOG --",
      '0: (bf) r6 = r1',
      'R2 unbounded memory access, make sure to bounds check any such access',
      'processed 1042 insns (limit 1000000) max_states_per_insn 4 total_states 60 peak_states 60 mark_read 12',
      '-- END PROG LOAD LOG --',
      "libbpf: prog 'sample': failed to load: -13",
      "libbpf: failed to load object 'pilotlight.bpf.o'",
    ].join('\n');
    const line = explainSamplerError({ code: 'EACCES', stage: 'bpf_load', message }, fakeHost());
    expect(line).toContain('the verifier of Linux 6.12.9-amd64 rejects it (R2 unbounded memory access,');
    expect(line).not.toContain('\n');
  });

  it('tells an object that is not built', () => {
    const host = fakeHost({ 'installation/build/pilotlight.bpf.o': null });
    const line = explainSamplerError(
      { code: 'ENOENT', stage: 'bpf_open', message: 'bpf_open: No such file' },
      host,
    );
    expect(line).toContain('it is not built (missing: build/pilotlight.bpf.o)');
    expect(line).toContain('npm run build');
  });

  it('points at a seccomp filter where the capabilities are held', () => {
    const host = fakeHost({ 'proc/self/status': 'CapEff:\t000001ffffffffff\nSeccomp:\t2\n' });
    const line = explainSamplerError({ code: 'EPERM', stage: 'perf_event_open', message: 'refused' }, host);
    expect(line).toContain('a seccomp filter is in force');
  });

  it('hands on what it does not know, on one line', () => {
    const line = explainSamplerError({ message: 'something else\nand more' }, fakeHost());
    expect(line).toBe(
      'the sampler cannot start: something else; see what this host lacks: pilotlight doctor',
    );
  });
});
