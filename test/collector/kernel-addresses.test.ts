// Kernel addresses, their regions read from files of the test's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { KernelLayout } from '../../src/collector/kernel-addresses.ts';
import { KernelAddresses } from '../../src/collector/kernel-addresses.ts';
import { FakeSamplerHost, writeText } from '../support/fake-sampler-host.ts';

const TEXT = 0xffff_ffff_8100_0000n;
const ETEXT = 0xffff_ffff_8200_0000n;
const MODULE = 0xffff_ffff_c030_0000n;
const BPF = 0xffff_ffff_c000_1000n;

let host: FakeSamplerHost;
let kernel: KernelAddresses;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-kernel-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  host = new FakeSamplerHost();
  host.kernelFiles = {
    kallsyms: writeText(join(folder, 'kallsyms'), ''),
    modules: writeText(join(folder, 'modules'), `ext_four 8192 1 - Live 0x${MODULE.toString(16)}\n`),
  };
  kernel = new KernelAddresses();
});

const LAYOUT: KernelLayout = {
  ok: true,
  text: TEXT,
  etext: ETEXT,
  bpf: [{ name: 'bpf_prog_12ab_tick', start: BPF, end: BPF + 0x100n }],
};
const load = (layout: KernelLayout = LAYOUT): Promise<void> =>
  kernel.load(host, () => Promise.resolve(layout));
const at = (address: bigint): string | undefined => {
  const found = kernel.find(address);
  return found ? `${found.object.kind} ${found.object.path}+${found.address.toString(16)}` : undefined;
};

describe('KernelAddresses', () => {
  it('finds image, modules and BPF programs, each from its own start', async () => {
    await load();
    expect([TEXT, ETEXT - 1n, MODULE, MODULE + 8191n, BPF + 0x40n].map(at)).toEqual([
      'kernel [kernel.kallsyms]+0',
      'kernel [kernel.kallsyms]+ffffff',
      'module ext_four+0',
      'module ext_four+1fff',
      'bpf bpf_prog_12ab_tick+40',
    ]);
    expect(host.openNow).toBe(0);
  });

  it('finds nothing between and beyond the regions, and asks for a new look once', async () => {
    await load();
    expect([TEXT - 1n, ETEXT, BPF + 0x100n, MODULE + 8192n, 0n].map(at)).toEqual(Array(5).fill(undefined));
    expect([kernel.takeMissed(), kernel.takeMissed()]).toEqual([true, false]);
    at(TEXT);
    expect(kernel.takeMissed()).toBe(false);
  });

  it('keeps a module that lies within the guessed end of a BPF program before it', async () => {
    await load({
      ...LAYOUT,
      bpf: [{ name: 'bpf_prog_12ab_tick', start: MODULE - 0x1000n, end: MODULE + 0x1f_f000n }],
    });
    expect([MODULE - 1n, MODULE, MODULE + 8191n, MODULE + 8192n].map(at)).toEqual([
      'bpf bpf_prog_12ab_tick+fff',
      'module ext_four+0',
      'module ext_four+1fff',
      undefined,
    ]);
  });

  it('knows nothing, and asks for nothing, without the privilege to see addresses', async () => {
    host.kernelFiles = {};
    await load();
    await load({ ok: false, reason: 'no-permission' });
    expect([at(TEXT), kernel.takeMissed()]).toEqual([undefined, false]);
  });

  it('does without the modules where only they cannot be read', async () => {
    delete host.kernelFiles.modules;
    await load();
    expect([at(TEXT), at(MODULE)]).toEqual(['kernel [kernel.kallsyms]+0', undefined]);
  });

  it('passes over modules whose addresses are hidden', async () => {
    writeText(host.kernelFiles.modules!, 'hidden 4096 0 - Live 0x0000000000000000\nbroken line\n\n');
    await load();
    expect([at(0n), kernel.moduleBase('hidden')]).toEqual([undefined, null]);
  });

  it('reads a list of modules longer than one read', async () => {
    const lines = Array.from(
      { length: 3000 },
      (_, i) => `mod${i} 4096 0 - Live 0x${(MODULE + BigInt(i) * 4096n).toString(16)} (OE)\n`,
    );
    writeText(host.kernelFiles.modules!, lines.join(''));
    await load();
    expect(at(MODULE + 2999n * 4096n + 5n)).toBe('module mod2999+5');
  });

  it('takes a module that was loaded since, at the next look', async () => {
    await load();
    writeText(host.kernelFiles.modules!, `fresh 4096 0 - Live 0x${(MODULE + 0x10_0000n).toString(16)}\n`);
    await load();
    expect([at(MODULE), at(MODULE + 0x10_0000n)]).toEqual([undefined, 'module fresh+0']);
  });

  it('tells the base of a module by its name, and of nothing else', async () => {
    await load();
    expect(kernel.moduleBase('ext_four')).toBe(MODULE);
    expect([kernel.moduleBase('other'), kernel.moduleBase('bpf_prog_12ab_tick')]).toEqual([null, null]);
  });

  it('gives an address to the BPF program that was loaded there last', () => {
    kernel.addBpf('bpf_prog_1_old', BPF, 0x200n);
    kernel.addBpf('bpf_prog_2_new', BPF + 0x80n, 0x40n);
    expect([at(BPF), at(BPF + 0x80n)]).toEqual([undefined, 'bpf bpf_prog_2_new+0']);
  });

  it('gives the same program the same identity wherever it is loaded', () => {
    kernel.addBpf('bpf_prog_1_x', BPF, 0x10n);
    const before = kernel.find(BPF)!.object.id;
    kernel.addBpf('bpf_prog_1_x', BPF + 0x1000n, 0x10n);
    expect(kernel.find(BPF + 0x1000n)!.object.id).toBe(before);
  });
});
