import { describe, expect, it } from 'vitest';
import { cfi, op } from '../support/cfi-writer.ts';
import { functionRows } from '../support/unwind-rows.ts';

const [RBP, RSP, RIP] = [6, 7, 16];
const AARCH64 = 183;

/** __restore_rt of glibc: every register at its place in the kernel's struct ucontext. */
const SIGNAL_FRAME = [
  ...cfi.defCfaExpression([...op.breg(RSP, 160), ...op.deref]),
  ...cfi.expression(RBP, op.breg(RSP, 120)),
  ...cfi.expression(RSP, op.breg(RSP, 160)),
  ...cfi.expression(RIP, op.breg(RSP, 168)),
];

describe('the rule of', () => {
  it('a PLT counts from the stack pointer', () => {
    const code = [
      ...[...op.breg(RSP, 8), ...op.breg(RIP, 0), ...op.lit(15), ...op.and],
      ...[...op.lit(11), ...op.ge, ...op.lit(3), ...op.shl, ...op.plus],
    ];
    expect(functionRows(cfi.defCfaExpression(code))).toEqual(['+0 RSP+8+8*((RIP&15)>=11) same [CFA-8]']);
    code[0] = 0x76; // breg6
    expect(functionRows(cfi.defCfaExpression(code))).toEqual(['+0 unsupported:cfa-expression']);
  });

  it('a realigned stack (DRAP) reads the CFA at the frame pointer, where the frame pointer is saved too', () => {
    const program = [
      ...cfi.expression(RBP, op.breg(RBP, 0)),
      ...cfi.defCfaExpression([...op.breg(RBP, -8), ...op.deref]),
    ];
    expect(functionRows(program)).toEqual(['+0 *(RBP-8) [RBP] [CFA-8]']);
  });

  it("OpenSSL's assembly reads the CFA on the stack and adds to it", () => {
    const program = cfi.defCfaExpression([...op.breg(RSP, 96), ...op.deref, ...op.plusUconst(8)]);
    expect(functionRows(program)).toEqual(['+0 *(RSP+96)+8 same [CFA-8]']);
    const other = cfi.defCfaExpression([...op.breg(9, 96), ...op.deref]);
    expect(functionRows(other)).toEqual(['+0 unsupported:cfa-expression']);
  });

  it('the frame of a signal handler reads everything by its distance from the stack pointer', () => {
    expect(functionRows(SIGNAL_FRAME, { augmentation: 'zRS' })).toEqual([
      '+0 *(RSP+160) [RSP+120] [RSP+168]',
    ]);
  });

  it('a signal frame of another shape is none', () => {
    const shapes = [
      cfi.defCfa(RSP, 8),
      SIGNAL_FRAME.slice(0, -cfi.expression(RIP, op.breg(RSP, 168)).length),
      [...SIGNAL_FRAME, ...cfi.expression(RSP, op.breg(RSP, 152))],
      [...SIGNAL_FRAME, ...cfi.expression(RBP, op.breg(RBP, 120))],
    ];
    for (const program of shapes) {
      expect(functionRows(program, { augmentation: 'zRS' })).toEqual(['+0 unsupported:signal-frame']);
    }
  });

  it('what looks like a signal frame without being marked as one takes the stack pointer from nowhere', () => {
    expect(functionRows(SIGNAL_FRAME)).toEqual(['+0 unsupported:sp-rule']);
  });

  it('a longjmp, whose stack pointer is not the CFA, cannot be expressed', () => {
    const program = [...cfi.defCfa(5, 0), ...cfi.register(RSP, 8), ...cfi.register(RIP, 1)];
    expect(functionRows(program)).toEqual(['+0 unsupported:sp-rule']);
    expect(functionRows(cfi.sameValue(RSP))).toEqual(['+0 RSP+8 same [CFA-8]']);
  });

  it('a frame pointer saved by its distance from the stack pointer, or from the CFA', () => {
    expect(functionRows(cfi.expression(RBP, op.breg(RSP, 24)))).toEqual(['+0 RSP+8 [RSP+24] [CFA-8]']);
    const fromCfa = cfi.expression(RBP, [...op.consts(-32), ...op.plus]);
    expect(functionRows(fromCfa)).toEqual(['+0 RSP+8 [CFA-32] [CFA-8]']);
    expect(functionRows(cfi.expression(RBP, op.breg(3, 0)))).toEqual(['+0 unsupported:fp-rule']);
    expect(functionRows(cfi.expression(RBP, [...op.breg(RBP, 0), ...op.deref]))).toEqual([
      '+0 unsupported:fp-rule',
    ]);
  });

  it('a return address at the register that the CFA counts from', () => {
    const program = [...cfi.defCfaOffset(32), ...cfi.expression(RIP, op.breg(RSP, 8))];
    expect(functionRows(program)).toEqual(['+0 RSP+32 same [CFA-24]']);
    expect(functionRows(cfi.expression(RIP, op.breg(RBP, 8)))).toEqual(['+0 unsupported:ra-rule']);
  });

  it('no return address, and of none to be had', () => {
    expect(functionRows([], { instructions: cfi.defCfa(RSP, 8) })).toEqual(['+0 unsupported:ra-rule']);
    expect(functionRows(cfi.sameValue(RIP))).toEqual(['+0 unsupported:ra-rule']);
    expect(functionRows([], { instructions: cfi.offset(RIP, 1) })).toEqual(['+0 unsupported:no-cfa']);
  });

  it('the outermost frame asks for no CFA that could be expressed', () => {
    const program = [...cfi.undefined(RIP), ...cfi.defCfaExpression([...op.lit(8)])];
    expect(functionRows(program)).toEqual(['+0 RSP same undefined']);
    expect(functionRows([...cfi.undefined(RIP), ...cfi.offset(RBP, 2)])).toEqual([
      '+0 RSP+8 [CFA-16] undefined',
    ]);
  });

  it('arm64 leaves the return address in the link register until it is saved', () => {
    const cie = { returnAddress: 30, instructions: cfi.defCfa(31, 0) };
    const program = [
      ...[...cfi.windowSave(), ...cfi.advance(4), ...cfi.defCfaOffset(32)], // DW_CFA_AARCH64_negate_ra_state
      ...[...cfi.offset(29, 4), ...cfi.offset(30, 3), ...cfi.advance(4), ...cfi.defCfaRegister(29)],
    ];
    expect(functionRows(program, cie, AARCH64)).toEqual([
      '+0 WSP same W30',
      '+4 WSP+32 [CFA-32] [CFA-24]',
      '+8 W29+32 [CFA-32] [CFA-24]',
    ]);
  });
});
