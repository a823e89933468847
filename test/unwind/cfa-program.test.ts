import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cfi, op } from '../support/cfi-writer.ts';
import { naiveRows, type NaiveInstruction } from '../support/naive-cfi.ts';
import { functionRows } from '../support/unwind-rows.ts';

const [RBX, RBP, RSP, R10] = [3, 6, 7, 10];
const RIP = 16;
const ENTRY = '+0 RSP+8 same [CFA-8]';

describe('each call frame instruction', () => {
  it.each<[string, number[], string[]]>([
    ['DW_CFA_nop', cfi.nop(), [ENTRY]],
    ['DW_CFA_advance_loc', [...cfi.advance(5), ...cfi.defCfaOffset(16)], [ENTRY, '+5 RSP+16 same [CFA-8]']],
    [
      'DW_CFA_advance_loc1',
      [...cfi.advance1(200), ...cfi.defCfaOffset(16)],
      [ENTRY, '+200 RSP+16 same [CFA-8]'],
    ],
    [
      'DW_CFA_advance_loc2',
      [...cfi.advance2(250), ...cfi.defCfaOffset(16)],
      [ENTRY, '+250 RSP+16 same [CFA-8]'],
    ],
    [
      'DW_CFA_advance_loc4',
      [...cfi.advance4(251), ...cfi.defCfaOffset(16)],
      [ENTRY, '+251 RSP+16 same [CFA-8]'],
    ],
    [
      'DW_CFA_set_loc',
      [...cfi.setLoc(0x400010, 8), ...cfi.defCfaOffset(16)],
      [ENTRY, '+16 RSP+16 same [CFA-8]'],
    ],
    ['DW_CFA_offset', cfi.offset(RBP, 2), ['+0 RSP+8 [CFA-16] [CFA-8]']],
    ['DW_CFA_offset_extended', cfi.offsetExtended(RBP, 3), ['+0 RSP+8 [CFA-24] [CFA-8]']],
    ['DW_CFA_offset_extended_sf', cfi.offsetExtendedSf(RBP, -3), ['+0 RSP+8 [CFA+24] [CFA-8]']],
    ['DW_CFA_GNU_negative_offset_extended', cfi.negativeOffset(RBP, 3), ['+0 RSP+8 [CFA+24] [CFA-8]']],
    [
      'DW_CFA_restore',
      [...cfi.offset(RBP, 2), ...cfi.advance(1), ...cfi.restore(RBP)],
      ['+0 RSP+8 [CFA-16] [CFA-8]', '+1 RSP+8 same [CFA-8]'],
    ],
    [
      'DW_CFA_restore_extended',
      [...cfi.undefined(RIP), ...cfi.advance(1), ...cfi.restoreExtended(RIP)],
      ['+0 RSP+8 same undefined', '+1 RSP+8 same [CFA-8]'],
    ],
    ['DW_CFA_undefined, of the return address', cfi.undefined(RIP), ['+0 RSP+8 same undefined']],
    ['DW_CFA_undefined, of the frame pointer', cfi.undefined(RBP), [ENTRY]],
    ['DW_CFA_same_value', [...cfi.offset(RBP, 2), ...cfi.sameValue(RBP)], [ENTRY]],
    ['DW_CFA_register, of the return address (vfork)', cfi.register(RIP, 5), ['+0 RSP+8 same RDI']],
    ['DW_CFA_register, of the frame pointer', cfi.register(RBP, 9), ['+0 unsupported:fp-rule']],
    ['DW_CFA_register, of the frame pointer itself', cfi.register(RBP, RBP), [ENTRY]],
    ['DW_CFA_def_cfa', cfi.defCfa(RBP, 16), ['+0 RBP+16 same [CFA-8]']],
    ['DW_CFA_def_cfa, by another register', cfi.defCfa(R10, 0), ['+0 R10 same [CFA-8]']],
    ['DW_CFA_def_cfa_register', cfi.defCfaRegister(RBP), ['+0 RBP+8 same [CFA-8]']],
    ['DW_CFA_def_cfa_offset', cfi.defCfaOffset(4096), ['+0 RSP+4096 same [CFA-8]']],
    ['DW_CFA_def_cfa_sf', cfi.defCfaSf(RBP, -2), ['+0 RBP+16 same [CFA-8]']],
    ['DW_CFA_def_cfa_offset_sf', cfi.defCfaOffsetSf(-3), ['+0 RSP+24 same [CFA-8]']],
    [
      'DW_CFA_def_cfa_expression',
      cfi.defCfaExpression([...op.breg(RSP, 96), ...op.deref]),
      ['+0 *(RSP+96) same [CFA-8]'],
    ],
    ['DW_CFA_expression', cfi.expression(RBP, op.breg(RBP, 0)), ['+0 RSP+8 [RBP] [CFA-8]']],
    ['DW_CFA_val_expression', cfi.valExpression(RBP, op.breg(RBP, 0)), ['+0 unsupported:fp-rule']],
    ['DW_CFA_val_offset', cfi.valOffset(RBP, 1), ['+0 unsupported:fp-rule']],
    ['DW_CFA_val_offset_sf', cfi.valOffsetSf(RIP, 1), ['+0 unsupported:ra-rule']],
    ['DW_CFA_GNU_args_size', [...cfi.argsSize(300), ...cfi.offset(RBP, 2)], ['+0 RSP+8 [CFA-16] [CFA-8]']],
    ['DW_CFA_GNU_window_save', cfi.windowSave(), [ENTRY]],
    [
      'DW_CFA_remember_state and DW_CFA_restore_state, nested',
      [
        ...[...cfi.rememberState(), ...cfi.advance(1), ...cfi.defCfa(RBP, 16)],
        ...[...cfi.rememberState(), ...cfi.advance(1), ...cfi.offset(RBP, 2)],
        ...[...cfi.advance(1), ...cfi.restoreState(), ...cfi.advance(1), ...cfi.restoreState()],
      ],
      [
        ENTRY,
        '+1 RBP+16 same [CFA-8]',
        '+2 RBP+16 [CFA-16] [CFA-8]',
        '+3 RBP+16 same [CFA-8]',
        '+4 RSP+8 same [CFA-8]',
      ],
    ],
  ])('%s', (_, instructions, rows) => {
    expect(functionRows(instructions)).toEqual(rows);
  });
});

describe('rows', () => {
  it('are scaled by the code and data alignment factors', () => {
    const cie = { codeAlign: 4, dataAlign: -4, instructions: [...cfi.defCfa(RSP, 8), ...cfi.offset(RIP, 2)] };
    const program = [...cfi.advance(2), ...cfi.offset(RBP, 3)];
    expect(functionRows(program, cie)).toEqual([ENTRY, '+8 RSP+8 [CFA-12] [CFA-8]']);
  });

  it('are none for what is said of other registers', () => {
    expect(functionRows([...cfi.advance(1), ...cfi.offset(RBX, 2), ...cfi.advance(1)])).toEqual([ENTRY]);
  });

  it('say what holds last where one address is spoken of twice', () => {
    const program = [...cfi.advance(1), ...cfi.defCfaOffset(16), ...cfi.advance(0), ...cfi.defCfaOffset(24)];
    expect(functionRows(program)).toEqual([ENTRY, '+1 RSP+24 same [CFA-8]']);
  });

  it('end with their function', () => {
    expect(functionRows([...cfi.advance2(256), ...cfi.defCfaOffset(16)])).toEqual([ENTRY]);
    expect(functionRows([...cfi.advance4(0xffff_ffff), ...cfi.defCfaOffset(16)])).toEqual([ENTRY]);
  });

  it('hold up to where the instructions are malformed', () => {
    const good = [...cfi.advance(1), ...cfi.defCfaOffset(16)];
    const rows = [ENTRY, '+1 RSP+16 same [CFA-8]', '+3 unsupported:bad-program'];
    for (const bad of [[0x3f], cfi.restoreState(), [0x0e], cfi.setLoc(0x400001, 8), [0x0f, 200, 1]]) {
      expect(functionRows([...good, ...cfi.advance(2), ...bad])).toEqual(rows);
    }
    expect(functionRows([0x3f])).toEqual(['+0 unsupported:bad-program']);
  });

  it('have no CFA behind an expression until both halves of it are said', () => {
    const expression = cfi.defCfaExpression([...op.breg(RSP, 536), ...op.deref]);
    const byRegister = [
      ...cfi.advance(1),
      ...cfi.defCfaRegister(RBP),
      ...cfi.advance(1),
      ...cfi.defCfaOffset(48),
    ];
    expect(functionRows([...expression, ...byRegister])).toEqual([
      '+0 *(RSP+536) same [CFA-8]',
      '+1 unsupported:no-cfa',
      '+2 RBP+48 same [CFA-8]',
    ]);
    const byOffset = [...cfi.defCfaOffset(48), ...cfi.advance(1), ...cfi.defCfaRegister(RBP)];
    expect(functionRows([...expression, ...byOffset])).toEqual([
      '+0 unsupported:no-cfa',
      '+1 RBP+48 same [CFA-8]',
    ]);
  });

  it('stop remembering at a limit', () => {
    const deep = (depth: number): number[] => Array.from({ length: depth }, () => cfi.rememberState()).flat();
    expect(functionRows(deep(64))).toEqual([ENTRY]);
    expect(functionRows(deep(65))).toEqual(['+0 unsupported:bad-program']);
  });

  it('tell offsets beyond 32 bits', () => {
    expect(functionRows(cfi.defCfaOffset(2 ** 31))).toEqual(['+0 unsupported:offset-range']);
    expect(functionRows(cfi.offset(RBP, 2 ** 40))).toEqual(['+0 unsupported:offset-range']);
    expect(functionRows(cfi.defCfaOffset(2 ** 31 - 1))).toEqual(['+0 RSP+2147483647 same [CFA-8]']);
  });
});

describe('programs of any instructions', () => {
  const register = fc.constantFrom(RBX, RBP, RSP, R10, RIP);
  const amount = fc.nat(40);
  const instruction: fc.Arbitrary<NaiveInstruction> = fc.oneof(
    fc.record({ name: fc.constant('advance' as const), delta: fc.nat(20) }),
    fc.record({
      name: fc.constantFrom('offset' as const, 'offsetExtendedSf' as const),
      register,
      factored: amount,
    }),
    fc.record({
      name: fc.constantFrom('restore' as const, 'undefined' as const, 'sameValue' as const),
      register,
    }),
    fc.record({ name: fc.constant('register' as const), register, holder: register }),
    fc.record({ name: fc.constantFrom('rememberState' as const, 'restoreState' as const) }),
    fc.record({ name: fc.constant('defCfa' as const), register, offset: amount }),
    fc.record({ name: fc.constant('defCfaRegister' as const), register }),
    fc.record({ name: fc.constant('defCfaOffset' as const), offset: amount }),
  );

  it('give the rows that a naive interpreter of all registers gives', () => {
    fc.assert(
      fc.property(fc.array(instruction, { maxLength: 40 }), (program) => {
        const { bytes, rows } = naiveRows(program, 0x100);
        expect(functionRows(bytes)).toEqual(rows);
      }),
      { numRuns: 2000 },
    );
  });
});
