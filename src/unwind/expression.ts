// The shapes of DWARF expressions that a rule can hold, recognised by computing with unknowns: a value is a number,
// or a register (or the CFA) plus a number, or what lies there in memory plus a number.
import type { Cursor } from '../binary/cursor.ts';
import * as DW from './dwarf-constants.ts';

/** Stands for the canonical frame address where a register's number is expected. */
export const CFA_BASE = -1;
const NUMBER_BASE = -2;

export interface ExpressionValue {
  /** DWARF number of a register, or CFA_BASE. */
  base: number;
  offset: number;
  /** The value is in memory at base + offset. */
  deref: boolean;
  /** Added to what was read; 0 where nothing was. */
  add: number;
}

/** Real ones push two values; an expression of another shape may push as many as it has bytes. */
const MAX_DEPTH = 8;

/** Null for any other shape. `onCfa`: the CFA is pushed first, as for a register's rule. */
export function recognise(code: Cursor, onCfa: boolean): ExpressionValue | null {
  const stack: ExpressionValue[] = onCfa ? [plain(CFA_BASE, 0)] : [];
  while (!code.atEnd) {
    if (!step(code, stack) || stack.length > MAX_DEPTH) return null;
  }
  const top = stack.pop();
  return top === undefined || top.base === NUMBER_BASE ? null : top;
}

/** `breg7 rsp+8` comes first; null is the literal that says from where in a stub on 8 bytes more are pushed. */
const PLT_REST = [
  DW.DW_OP_breg0 + 16, // rip
  0,
  DW.DW_OP_lit0 + 15,
  DW.DW_OP_and,
  null,
  DW.DW_OP_ge,
  DW.DW_OP_lit0 + 3,
  DW.DW_OP_shl,
  DW.DW_OP_plus,
];

/** The lazy-binding stub of a PLT (binutils' elf_x86_64_eh_frame_plt), or null. */
export function recognisePlt(code: Cursor): { register: number; offset: number; threshold: number } | null {
  const breg = code.u8();
  if (breg < DW.DW_OP_breg0 || breg > DW.DW_OP_breg31) return null;
  const offset = code.sleb();
  const literals = code.bytes(code.remaining);
  if (literals.length !== PLT_REST.length) return null;
  if (PLT_REST.some((op, i) => op !== null && literals[i] !== op)) return null;
  const threshold = literals[4]! - DW.DW_OP_lit0;
  return threshold >= 0 && threshold <= 15 ? { register: breg - DW.DW_OP_breg0, offset, threshold } : null;
}

function plain(base: number, offset: number): ExpressionValue {
  return { base, offset, deref: false, add: 0 };
}

/** One operation; false where it leaves the shapes. */
function step(code: Cursor, stack: ExpressionValue[]): boolean {
  const op = code.u8();
  if (op >= DW.DW_OP_lit0 && op <= DW.DW_OP_lit31) stack.push(plain(NUMBER_BASE, op - DW.DW_OP_lit0));
  else if (op >= DW.DW_OP_breg0 && op <= DW.DW_OP_breg31) stack.push(plain(op - DW.DW_OP_breg0, code.sleb()));
  else if (op === DW.DW_OP_bregx) stack.push(plain(code.uleb(), code.sleb()));
  else if (op === DW.DW_OP_deref) return dereference(stack);
  else if (op === DW.DW_OP_plus_uconst) return addTo(stack[stack.length - 1], code.uleb());
  else if (op === DW.DW_OP_plus) return combine(stack, 1);
  else if (op === DW.DW_OP_minus) return combine(stack, -1);
  else if (op !== DW.DW_OP_nop) {
    const value = constant(code, op);
    if (value === null) return false;
    stack.push(plain(NUMBER_BASE, value));
  }
  return true;
}

function constant(code: Cursor, op: number): number | null {
  switch (op) {
    case DW.DW_OP_const1u:
      return code.u8();
    case DW.DW_OP_const1s:
      return code.i8();
    case DW.DW_OP_const2u:
      return code.u16();
    case DW.DW_OP_const2s:
      return (code.u16() << 16) >> 16;
    case DW.DW_OP_const4u:
      return code.u32();
    case DW.DW_OP_const4s:
      return code.i32();
    case DW.DW_OP_constu:
      return code.uleb();
    case DW.DW_OP_consts:
      return code.sleb();
    default:
      return null;
  }
}

function dereference(stack: ExpressionValue[]): boolean {
  const top = stack[stack.length - 1];
  // What lies at a fixed address, or at the end of two pointers, is no shape of ours.
  if (top === undefined || top.deref || top.base === NUMBER_BASE) return false;
  top.deref = true;
  return true;
}

function addTo(value: ExpressionValue | undefined, amount: number): boolean {
  if (value === undefined) return false;
  if (value.deref) value.add += amount;
  else value.offset += amount;
  return true;
}

/** The second value plus, or minus, the topmost; one of them has to be a number. */
function combine(stack: ExpressionValue[], sign: 1 | -1): boolean {
  const top = stack.pop();
  const second = stack.pop();
  if (top === undefined || second === undefined) return false;
  const isNumber = top.base === NUMBER_BASE;
  if (!isNumber && (sign < 0 || second.base !== NUMBER_BASE)) return false;
  const [kept, number] = isNumber ? [second, top.offset * sign] : [top, second.offset];
  stack.push(kept);
  return addTo(kept, number);
}
