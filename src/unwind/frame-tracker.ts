// FrameTracker: carries out what call frame instructions say about registers. Only the stack pointer, the frame
// pointer and the return address are followed; what is said of others is forgotten.
import type { Cursor } from '../binary/cursor.ts';
import { CFA_BASE, recognise, recognisePlt } from './expression.ts';
import { CFA_IS, FrameState, SAVED } from './frame-state.ts';

/** DWARF numbers of the registers that are followed. */
export interface FollowedRegisters {
  stackPointer: number;
  framePointer: number;
  /** The CIE's return address column. */
  returnAddress: number;
}

/** Compilers nest one deep, hand-written assembly two; what is remembered beyond is malformed. */
const MAX_REMEMBERED = 64;

export class FrameTracker {
  readonly state = new FrameState();
  /** Something was said since this was last set to false. */
  changed = true;
  private readonly initial = new FrameState();
  private readonly remembered: FrameState[] = [];
  private depth = 0;
  private followed: FollowedRegisters = { stackPointer: 0, framePointer: 0, returnAddress: 0 };

  begin(initial: FrameState, followed: FollowedRegisters): void {
    this.state.copy(initial);
    this.initial.copy(initial);
    this.followed = followed;
    this.depth = 0;
    this.changed = true;
  }

  /** `saved`, `base` and `value` as FrameState has them. */
  save(register: number, saved: number, base: number, value: number): void {
    const { state, followed } = this;
    if (register === followed.framePointer) {
      state.fpSaved = saved;
      state.fpBase = base;
      state.fpValue = value;
    } else if (register === followed.returnAddress) {
      state.raSaved = saved;
      state.raBase = base;
      state.raValue = value;
    } else if (register === followed.stackPointer) {
      state.spSaved = saved;
      state.spBase = base;
      state.spValue = value;
    } else {
      return;
    }
    this.changed = true;
  }

  saveByExpression(register: number, code: Cursor): void {
    const value = recognise(code, true);
    if (value === null || value.deref) this.save(register, SAVED.computed, 0, 0);
    else if (value.base === CFA_BASE) this.save(register, SAVED.atCfa, 0, value.offset);
    else this.save(register, SAVED.atRegister, value.base, value.offset);
  }

  /** Back to what the CIE said. */
  restore(register: number): void {
    const { initial, followed } = this;
    if (register === followed.framePointer) {
      this.save(register, initial.fpSaved, initial.fpBase, initial.fpValue);
    } else if (register === followed.returnAddress) {
      this.save(register, initial.raSaved, initial.raBase, initial.raValue);
    } else if (register === followed.stackPointer) {
      this.save(register, initial.spSaved, initial.spBase, initial.spValue);
    }
  }

  remember(code: Cursor): void {
    if (this.depth === MAX_REMEMBERED) code.fail('limit', `${MAX_REMEMBERED} states remembered`);
    const place = (this.remembered[this.depth++] ??= new FrameState());
    place.copy(this.state);
  }

  recall(code: Cursor): void {
    if (this.depth === 0) code.fail('bad-value', 'DW_CFA_restore_state with none remembered');
    this.state.copy(this.remembered[--this.depth]!);
    this.changed = true;
  }

  defineCfa(register: number, offset: number): void {
    const { state } = this;
    this.changed = true;
    state.cfaIs = CFA_IS.register;
    state.cfaRegister = register;
    state.cfaOffset = offset;
    state.cfaAdd = 0;
  }

  /**
   * DW_CFA_def_cfa_register. Behind an expression DWARF forbids it, and assembly does it (libgcrypt's): unwinders then
   * differ in what they take for the offset, so that the rule is none until it is said too.
   */
  redefineRegister(register: number): void {
    const { cfaIs, cfaOffset } = this.state;
    this.defineCfa(register, cfaOffset);
    if (cfaIs !== CFA_IS.register && cfaIs !== CFA_IS.onlyOffset) this.state.cfaIs = CFA_IS.onlyRegister;
  }

  /** DW_CFA_def_cfa_offset and _sf; behind an expression as above. */
  redefineOffset(offset: number): void {
    const { cfaIs, cfaRegister } = this.state;
    this.defineCfa(cfaRegister, offset);
    if (cfaIs !== CFA_IS.register && cfaIs !== CFA_IS.onlyRegister) this.state.cfaIs = CFA_IS.onlyOffset;
  }

  defineCfaByExpression(code: Cursor): void {
    const { state } = this;
    const plt = recognisePlt(code);
    if (plt !== null) {
      this.defineCfa(plt.register, plt.offset);
      state.cfaIs = CFA_IS.plt;
      state.cfaAdd = plt.threshold;
      return;
    }
    code.seek(0);
    const value = recognise(code, false);
    this.defineCfa(value?.base ?? 0, value?.offset ?? 0);
    if (value === null) state.cfaIs = CFA_IS.computed;
    else if (value.deref) state.cfaIs = CFA_IS.deref;
    state.cfaAdd = value?.add ?? 0;
  }
}
