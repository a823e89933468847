// Dumps of BPF programs, on a host whose programs are made up.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BpfPrograms } from '../../src/collector/bpf-programs.ts';
import { FakeSamplerHost, writeText } from '../support/fake-sampler-host.ts';

const TAGS = Array.from({ length: 400 }, (_, i) => i.toString(16).padStart(16, '0'));

let folder: string;
let host: FakeSamplerHost;
let programs: BpfPrograms;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-bpf-'));
  host = new FakeSamplerHost();
  programs = new BpfPrograms(host);
});
afterEach(() => {
  programs.close();
  rmSync(folder, { recursive: true });
  expect(host.openNow).toBe(0);
});

function loaded(id: number, tags: readonly string[], content = `dump ${id}`): void {
  host.bpfPrograms.set(id, { path: writeText(join(folder, String(id)), content), tags: [...tags] });
}

async function contentOf(symbol: string): Promise<string> {
  const opened = await programs.open(symbol);
  if (!opened.ok) return `(${opened.reason})`;
  const text = readFileSync(`/proc/self/fd/${opened.fd}`, 'utf8');
  opened.close();
  return text;
}

const symbol = (tag: number, name = 'f'): string => `bpf_prog_${TAGS[tag]}_${name}`;

describe('BpfPrograms', () => {
  it('knows the programs that were loaded before, by the tags of all their functions', async () => {
    loaded(3, [TAGS[1]!, TAGS[2]!]);
    loaded(9, [TAGS[3]!]);
    await programs.addLoaded();
    expect([await contentOf(symbol(1)), await contentOf(symbol(2)), await contentOf(symbol(3))]).toEqual([
      'dump 3',
      'dump 3',
      'dump 9',
    ]);
    expect(await contentOf(`bpf_prog_${TAGS[3]}`)).toBe('dump 9');
    expect(host.calls.filter((call) => call.startsWith('open'))).toEqual([
      'openBpfProgram 3',
      'openBpfProgram 9',
    ]);
  });

  it('takes the dump as soon as a program is announced: it outlives the program', async () => {
    loaded(5, [TAGS[5]!]);
    programs.add(5);
    await vi.waitFor(() => expect(host.calls).toContain('openBpfProgram 5'));
    host.bpfPrograms.delete(5);
    expect(await contentOf(symbol(5))).toBe('dump 5');
  });

  it('waits for a dump that is on its way', async () => {
    loaded(5, [TAGS[5]!]);
    programs.add(5);
    expect(await contentOf(symbol(5))).toBe('dump 5');
  });

  it('has nothing for programs that came and went, and for what is no program', async () => {
    programs.add(77);
    expect([await contentOf(symbol(7)), await contentOf('bpf_trampoline_6442'), await contentOf('')]).toEqual(
      ['(no-file)', '(no-symbols)', '(no-symbols)'],
    );
  });

  it('takes the later of two programs with the same instructions', async () => {
    loaded(1, [TAGS[1]!]);
    loaded(2, [TAGS[1]!]);
    await programs.addLoaded();
    expect(await contentOf(symbol(1))).toBe('dump 2');
  });

  it('keeps a bounded number of dumps, and makes others again while their programs are loaded', async () => {
    for (let id = 1; id <= 300; id++) loaded(id, [TAGS[id]!]);
    await programs.addLoaded();
    await contentOf(symbol(300));
    expect(host.openNow).toBe(128);
    expect(await contentOf(symbol(1))).toBe('dump 1');
    host.bpfPrograms.delete(20);
    expect(await contentOf(symbol(20))).toBe('(no-file)');
    expect(host.openNow).toBe(128);
  });

  it('keeps a bounded number of bytes', async () => {
    for (let id = 1; id <= 6; id++) loaded(id, [TAGS[id]!], 'x'.repeat(5 << 20));
    await programs.addLoaded();
    expect(await contentOf(symbol(6))).toHaveLength(5 << 20);
    expect(host.openNow).toBe(3);
  });

  it('goes on after a sampler that did not answer', async () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    host.faults.set('openBpfProgram 1', new Error('restarting'));
    programs.add(1);
    programs.add(2);
    expect(await contentOf(symbol(2))).toBe('(no-file)');
    expect(complaint).toHaveBeenCalledOnce();
    complaint.mockRestore();
    loaded(2, [TAGS[2]!]);
    programs.add(2);
    expect(await contentOf(symbol(2))).toBe('dump 2');
  });

  it('closes what arrives after the end', async () => {
    loaded(1, [TAGS[1]!]);
    programs.add(1);
    programs.close();
    expect(await contentOf(symbol(1))).toBe('(no-file)');
  });
});
