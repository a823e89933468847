import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { answer } from '../../../src/cli/unwind-rows.ts';
import { AddressTable } from '../../../src/unwind/address-table.ts';
import { cfi, CfiWriter, op, writeCfiElf } from '../../support/cfi-writer.ts';
import { FixtureFolder } from '../../support/symbolizer-fixtures.ts';
import { CODE } from '../../support/unwind-rows.ts';
import { testProgram } from '../test-program.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

const [RBP, RSP, RIP] = [6, 7, 16];
const WRITER = new CfiWriter();
const CIE = WRITER.cie();
const PLT = [
  ...[...op.breg(RSP, 8), ...op.breg(RIP, 0), ...op.lit(15), ...op.and, ...op.lit(11), ...op.ge],
  ...[...op.lit(3), ...op.shl, ...op.plus],
];
const PUSHED = [...cfi.advance(1), ...cfi.defCfaOffset(16), ...cfi.offset(RBP, 2)];
for (const [at, instructions] of [
  [0x00, [...PUSHED, ...cfi.advance(3), ...cfi.defCfaRegister(RBP)]],
  [0x10, cfi.undefined(RIP)],
  [0x20, cfi.defCfaExpression(PLT)],
  [0x30, cfi.defCfaExpression([...op.breg(RSP, 96), ...op.deref, ...op.plusUconst(8)])],
  [0x40, cfi.register(RBP, 9)],
  [0x50, cfi.expression(RBP, op.breg(RBP, 0))],
  [0x60, cfi.register(RIP, 5)],
] as const) {
  WRITER.fde(CIE, { start: CODE.address + at, length: 8, instructions: [...instructions] });
}
const ELF = writeCfiElf({ text: CODE, sections: [{ name: '.eh_frame', bytes: WRITER.finish() }] });

/** Runs the command and returns what it printed. */
async function run(...args: string[]): Promise<string> {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk, ...rest: unknown[]) => {
    text += String(chunk);
    (rest.at(-1) as () => void)();
    return true;
  });
  try {
    await testProgram().parseAsync(['node', 'pilotlight', 'unwind-table', ...args]);
  } finally {
    write.mockRestore();
  }
  return text;
}

let path: string;
beforeAll(() => {
  path = folder.write('program', ELF);
});

describe('pilotlight unwind-table', () => {
  it('prints a line per row: address, CFA, frame pointer, return address', async () => {
    expect((await run(path)).trimEnd().split('\n')).toEqual([
      '0x400000 RSP+8 same [CFA-8]',
      '0x400001 RSP+16 [CFA-16] [CFA-8]',
      '0x400004 RBP+16 [CFA-16] [CFA-8]',
      '0x400008 - - -',
      '0x400010 RSP+8 same undefined',
      '0x400018 - - -',
      '0x400020 RSP+8+8*((RIP&15)>=11) same [CFA-8]',
      '0x400028 - - -',
      '0x400030 *(RSP+96)+8 same [CFA-8]',
      '0x400038 - - -',
      '0x400040 unsupported:fp-rule - -',
      '0x400048 - - -',
      '0x400050 RSP+8 [RBP] [CFA-8]',
      '0x400058 - - -',
      '0x400060 RSP+8 same RDI',
      '0x400068 - - -',
    ]);
  });

  it('answers addresses from standard input, one JSON line each', async () => {
    const input = vi.spyOn(process, 'stdin', 'get');
    input.mockReturnValue(
      Readable.from(['0x400002\n400', '008\r\n\n0x40']) as unknown as typeof process.stdin,
    );
    try {
      expect((await run('--json', path)).trimEnd().split('\n')).toEqual([
        '{"pc":"0x400002","cfa":"RSP+16","rbp":"[CFA-16]","ra":"[CFA-8]"}',
        '{"pc":"0x400008","reason":"not-covered"}',
        '{"pc":"0x40","reason":"not-covered"}',
      ]);
    } finally {
      input.mockRestore();
    }
  });

  it.each([
    ['/no/such/file', /^cannot open \/no\/such\/file: ENOENT$/],
    ['/etc/passwd', /it is no ELF file/],
    ['/tmp', /cannot make an unwind table of \/tmp: it cannot be read/],
  ])('says why there is none of %s', async (file, message) => {
    await expect(run(file)).rejects.toThrow(expect.objectContaining({ exitCode: 1, message: expect.stringMatching(message) as string })); // prettier-ignore
  });
});

describe('the answer for an address', () => {
  const table = AddressTable.of(new MemorySource(ELF));
  const of = (text: string) => {
    if (!(table instanceof AddressTable)) throw new Error(table.reason);
    return answer(text, table);
  };

  it('is spelled as llvm-dwarfdump spells it', () => {
    expect(of('0x400000')).toEqual({ pc: '0x400000', cfa: 'RSP+8', rbp: null, ra: '[CFA-8]' });
    expect(of('400004')).toEqual({ pc: '0x400004', cfa: 'RBP+16', rbp: '[CFA-16]', ra: '[CFA-8]' });
    expect(of('0X400010')).toMatchObject({ cfa: 'RSP+8', ra: 'undefined' });
    expect(of('0x400020').cfa).toBe(
      'DW_OP_breg7 RSP+8, DW_OP_breg16 RIP+0, DW_OP_lit15, DW_OP_and, DW_OP_lit11, DW_OP_ge, DW_OP_lit3, DW_OP_shl, DW_OP_plus',
    );
    expect(of('0x400030').cfa).toBe('DW_OP_breg7 RSP+96, DW_OP_deref, DW_OP_plus_uconst 0x8');
    expect(of('0x400050').rbp).toBe('[DW_OP_breg6 RBP+0]');
    expect(of('0x400060').ra).toBe('RDI');
  });

  it('is a reason where there is no rule', () => {
    expect(of('0x400047')).toEqual({ pc: '0x400047', reason: 'fp-rule' });
    expect(of('0x400048')).toEqual({ pc: '0x400048', reason: 'not-covered' });
    expect(of('0x00ffffffffffffff')).toEqual({ pc: '0xffffffffffffff', reason: 'not-covered' });
    expect(of('main')).toEqual({ pc: 'main', reason: 'not-an-address' });
    expect(of('12345678901234567')).toEqual({ pc: '12345678901234567', reason: 'not-an-address' });
  });
});
