import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { readKallsyms, type Kallsyms } from '../../../src/symbolizer/kernel/kallsyms.ts';
import { readKernelLayout } from '../../../src/symbolizer/kernel/kernel-layout.ts';
import { FixtureFolder, mutations, seededRandom, withFd } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

const parse = (content: string): ReturnType<typeof readKallsyms> =>
  withFd(folder.write('kallsyms', content), readKallsyms);

function kallsymsOf(content: string): Kallsyms {
  const result = parse(content);
  if (!result.ok) throw new Error(result.reason);
  return result.kallsyms;
}

interface NaiveSymbol {
  address: bigint;
  type: string;
  name: string;
}

/** Kernel symbols only, each line a JS string, each look-up over all of them. */
class NaiveKallsyms {
  readonly text: bigint;
  private readonly chosen: NaiveSymbol[];

  constructor(content: string) {
    const symbols: NaiveSymbol[] = [];
    for (const line of content.split('\n')) {
      const match = /^([0-9a-f]+) (\S) ([^\t]+)$/.exec(line);
      if (match) symbols.push({ address: BigInt(`0x${match[1]}`), type: match[2]!, name: match[3]! });
    }
    this.text = symbols.find((symbol) => symbol.name === '_text')!.address;
    const byAddress = new Map<bigint, NaiveSymbol>();
    for (const symbol of symbols) {
      const known = byAddress.get(symbol.address);
      if (known === undefined || rank(symbol) > rank(known)) byAddress.set(symbol.address, symbol);
    }
    this.chosen = [...byAddress.values()].filter(({ address }) => address >= this.text);
    this.chosen.sort((a, b) => (a.address < b.address ? -1 : 1));
  }

  nameAt(offset: number): string | null {
    const address = this.text + BigInt(offset);
    let found: NaiveSymbol | undefined;
    let next: NaiveSymbol | undefined;
    for (const symbol of this.chosen) {
      if (symbol.address <= address) found = symbol;
      else {
        next = symbol;
        break;
      }
    }
    if (found === undefined || rank(found) === 0 || ['_etext', '_einittext'].includes(found.name))
      return null;
    const pageEnd = (found.address / 4096n + 1n) * 4096n;
    return next !== undefined || address < pageEnd ? found.name : null;
  }
}

function rank({ type, name }: NaiveSymbol): number {
  const binding = { T: 3, W: 2, w: 2, t: 1 }[type] ?? 0;
  return binding === 0 ? 0 : binding * 2 + (name.startsWith('_') ? 0 : 1);
}

const SMALL = `0000000000000000 A fixed_percpu_data
ffffffff9e000000 T _stext
ffffffff9e000000 T _text
ffffffff9e000000 t early
ffffffff9e000040 W weak_one
ffffffff9e000040 t local_one
ffffffff9e000080 T last_function
ffffffff9e000100 T _etext
ffffffff9e200000 D some_data
ffffffff9e300000 t init_function
ffffffffc0203000 t second\t[nf_tables]
ffffffffc0201000 t first\t[nf_tables]
ffffffffc0204000 d nft_data\t[nf_tables]
ffffffffc0300000 t other\t[xfs]
ffffffffc0400100 t bpf_prog_6deef7357e7b4530_sd_fw_egress\t[bpf]
ffffffffc0400000 t bpf_prog_0000000000000001_first\t[bpf]
`;

describe('readKallsyms', () => {
  it('names every address of this kernel as the naive reader does', () => {
    const content = readFileSync('/proc/kallsyms', 'latin1');
    const naive = new NaiveKallsyms(content);
    const kallsyms = withFd('/proc/kallsyms', (fd) => {
      const result = readKallsyms(fd);
      if (!result.ok) throw new Error(result.reason);
      return result.kallsyms;
    });
    const layout = withFd('/proc/kallsyms', readKernelLayout);
    if (!layout.ok) throw new Error(layout.reason);
    expect(layout.text).toBe(naive.text);
    const size = Number(layout.etext - layout.text);
    const random = seededRandom(3);
    const offsets = Array.from({ length: 1000 }, () => random() % (size + 4096)).concat([
      0,
      1,
      size - 1,
      size,
    ]);
    expect(offsets.map((at) => kallsyms.kernelName(at))).toEqual(offsets.map((at) => naive.nameAt(at)));
    expect(kallsyms.kernelName(-1)).toBeNull();
  });

  it('prefers global over weak over local, and functions over linker marks', () => {
    const kallsyms = kallsymsOf(SMALL.replace('t early', 'T early'));
    expect([0, 0x3f, 0x40, 0x80, 0xff].map((at) => kallsyms.kernelName(at))).toEqual([
      'early',
      'early',
      'weak_one',
      'last_function',
      'last_function',
    ]);
  });

  it('names nothing behind the end of text, in data, or before _text', () => {
    const kallsyms = kallsymsOf(SMALL);
    expect([0x100, 0x1fffff, 0x200000, 0x301000, -1, 2 ** 40].map((at) => kallsyms.kernelName(at))).toEqual(
      Array.from({ length: 6 }, () => null),
    );
    expect(kallsyms.kernelName(0x300fff)).toBe('init_function');
  });

  it('names a module relative to the base it is given, else to its lowest symbol', () => {
    const kallsyms = kallsymsOf(SMALL);
    const base = 0xffff_ffff_c020_0000n;
    expect(
      [0xfff, 0x1000, 0x2fff, 0x3000, 0x4000].map((at) => kallsyms.moduleName('nf_tables', at, base)),
    ).toEqual([null, 'first', 'first', 'second', null]);
    expect(kallsyms.moduleName('nf_tables', 0x2000, null)).toBe('second');
    expect(kallsyms.moduleName('nf_tables', 0, 0n)).toBeNull();
    expect(kallsyms.moduleName('absent', 0, null)).toBeNull();
    expect([kallsyms.hasModule('xfs'), kallsyms.hasModule('absent'), kallsyms.hasModule('')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('says that permission is missing when every address is zero', () => {
    const hidden = SMALL.replace(/^[0-9a-f]{16}/gm, '0000000000000000');
    expect(parse(hidden)).toEqual({ ok: false, reason: 'no-permission' });
    expect(withFd(`${folder.path}/kallsyms`, readKernelLayout)).toEqual({
      ok: false,
      reason: 'no-permission',
    });
  });

  it('has no symbols where there are no lines, and throws for what is not kallsyms at all', () => {
    expect(parse('')).toEqual({ ok: false, reason: 'no-symbols' });
    expect(withFd(`${folder.path}/kallsyms`, readKernelLayout)).toEqual({ ok: false, reason: 'no-symbols' });
    expect(() => parse('hello world\n')).toThrow(BinaryFormatError);
  });

  it('tells addresses apart that are equal as numbers', () => {
    const content = 'ffffffff81000000 T _text\nffffffff81000001 t one\nffffffff81000002 t two\n';
    const kallsyms = kallsymsOf(content);
    expect([0, 1, 2].map((at) => kallsyms.kernelName(at))).toEqual(['_text', 'one', 'two']);
  });

  it('agrees with the naive reader on any symbols in any order', () => {
    const symbol = fc.record({
      offset: fc.oneof(fc.nat(300), fc.nat(9000)),
      type: fc.constantFrom('T', 't', 'W', 'w', 'D', 'd', 'r', 'A'),
      name: fc.stringMatching(/^[_a-z][a-z0-9_.]{0,12}$/),
    });
    fc.assert(
      fc.property(fc.array(symbol, { maxLength: 40 }), fc.nat(40), (symbols, textAt) => {
        const line = (offset: number, type: string, name: string): string =>
          `${(0xffff_ffff_8100_0000n + BigInt(offset)).toString(16)} ${type} ${name}`;
        const lines = symbols.map((s) => line(s.offset, s.type, s.name));
        lines.splice(textAt, 0, line(100, 'T', '_text'));
        const content = lines.join('\n');
        const naive = new NaiveKallsyms(content);
        const kallsyms = kallsymsOf(content);
        for (let at = 0; at < 9300; at += at < 320 ? 1 : 97) {
          expect(kallsyms.kernelName(at)).toBe(naive.nameAt(at));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('answers or throws BinaryFormatError for mutated and truncated text', () => {
    const bytes = Buffer.from(SMALL);
    const inputs = [...mutations(bytes, 300, 9), ...bytes.keys()].map((input) =>
      typeof input === 'number' ? bytes.subarray(0, input) : input,
    );
    for (const input of inputs) {
      withFd(folder.write('mutated', input), (fd) => {
        readKernelLayout(fd);
        try {
          const result = readKallsyms(fd);
          if (result.ok) result.kallsyms.kernelName(0x80);
        } catch (error) {
          expect(error).toBeInstanceOf(BinaryFormatError);
        }
      });
    }
  });
});

describe('readKernelLayout', () => {
  it('gives the bounds of the kernel and the BPF programs in order', () => {
    expect(withFd(folder.write('layout', SMALL), readKernelLayout)).toEqual({
      ok: true,
      text: 0xffff_ffff_9e00_0000n,
      etext: 0xffff_ffff_9e00_0100n,
      bpf: [
        {
          name: 'bpf_prog_0000000000000001_first',
          start: 0xffff_ffff_c040_0000n,
          end: 0xffff_ffff_c040_0100n,
        },
        {
          name: 'bpf_prog_6deef7357e7b4530_sd_fw_egress',
          start: 0xffff_ffff_c040_0100n,
          end: 0xffff_ffff_c060_0100n,
        },
      ],
    });
  });
});
