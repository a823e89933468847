import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/binary/cursor.ts';
import { CFA_BASE, recognise, recognisePlt } from '../../src/unwind/expression.ts';
import { op } from '../support/cfi-writer.ts';

const of = (...code: number[][]) => recognise(new Cursor(Uint8Array.from(code.flat()), 'expression'), false);
const onCfa = (...code: number[][]) =>
  recognise(new Cursor(Uint8Array.from(code.flat()), 'expression'), true);
const memory = (base: number, offset: number, add = 0) => ({ base, offset, deref: true, add });
const plain = (base: number, offset: number) => ({ base, offset, deref: false, add: 0 });

describe('an expression', () => {
  it('may be a register and an offset', () => {
    expect(of(op.breg(7, 8))).toEqual(plain(7, 8));
    expect(of(op.breg(6, -300))).toEqual(plain(6, -300));
    expect(of(op.bregx(12, 70_000))).toEqual(plain(12, 70_000));
    expect(of(op.breg(7, 8), op.plusUconst(16))).toEqual(plain(7, 24));
  });

  it('may be what lies there, and a number more', () => {
    expect(of(op.breg(6, -8), [...op.deref])).toEqual(memory(6, -8));
    expect(of(op.breg(7, 96), [...op.deref], op.plusUconst(8))).toEqual(memory(7, 96, 8));
    expect(of(op.breg(7, 96), [...op.deref], op.lit(8), [...op.plus])).toEqual(memory(7, 96, 8));
    expect(of(op.breg(7, 96), [...op.deref], op.consts(-16), [...op.plus])).toEqual(memory(7, 96, -16));
    expect(of(op.breg(7, 96), [...op.deref], op.const1s(-16), [...op.plus])).toEqual(memory(7, 96, -16));
    expect(of(op.breg(7, 96), [...op.deref], op.constu(300), [...op.minus])).toEqual(memory(7, 96, -300));
  });

  it('may put the number first, but not subtract from it', () => {
    expect(of(op.lit(8), op.breg(7, 8), [...op.plus])).toEqual(plain(7, 16));
    expect(of(op.lit(8), op.breg(7, 8), [...op.minus])).toBeNull();
  });

  it('of a register begins with the CFA', () => {
    expect(onCfa()).toEqual(plain(CFA_BASE, 0));
    expect(onCfa(op.consts(-24), [...op.plus])).toEqual(plain(CFA_BASE, -24));
    expect(onCfa(op.breg(6, 0))).toEqual(plain(6, 0));
  });

  it.each<[string, number[][]]>([
    ['is empty', []],
    ['is a number', [op.lit(8)]],
    ['reads a fixed address', [op.lit(8), [...op.deref]]],
    ['follows two pointers', [op.breg(6, 0), [...op.deref], [...op.deref]]],
    ['adds two registers', [op.breg(6, 0), op.breg(7, 0), [...op.plus]]],
    [
      'multiplies (as OpenSSL does)',
      [op.breg(7, 8), op.breg(9, 0), op.lit(8), [...op.mul], [...op.plus], [...op.deref]],
    ],
    ['adds to nothing', [op.plusUconst(8)]],
    ['pops what is not there', [op.breg(7, 0), [...op.plus]]],
    ['is deep', Array.from({ length: 9 }, () => op.breg(7, 0))],
  ])('has no shape of ours where it %s', (_, code) => {
    expect(of(...code)).toBeNull();
  });

  it('that ends within an operation is malformed', () => {
    expect(() => of([0x77])).toThrow(expect.objectContaining({ kind: 'truncated' }));
  });
});

describe("a PLT's expression", () => {
  const stub = (threshold: number) =>
    [
      op.breg(7, 8),
      op.breg(16, 0),
      op.lit(15),
      op.and,
      op.lit(threshold),
      op.ge,
      op.lit(3),
      op.shl,
      op.plus,
    ].flat();
  const plt = (code: number[]) => recognisePlt(new Cursor(Uint8Array.from(code), 'expression'));

  it('is known by its operations', () => {
    expect(plt(stub(11))).toEqual({ register: 7, offset: 8, threshold: 11 });
    expect(plt(stub(9))).toEqual({ register: 7, offset: 8, threshold: 9 });
  });

  it('is another with any other operation, one more or one less', () => {
    for (let at = 0; at < stub(11).length; at++) {
      if (at === 6 || at === 1) continue; // the threshold and the offset
      const code = stub(11);
      code[at] = 0x96;
      expect(plt(code), `byte ${at}`).toBeNull();
    }
    expect(plt([...stub(11), 0x96])).toBeNull();
    expect(plt(stub(11).slice(0, -1))).toBeNull();
    expect(plt(stub(16))).toBeNull();
  });
});
