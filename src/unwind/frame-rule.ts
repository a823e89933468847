// From what the call frame information says at an address to the rule that the walker takes there.
import { CFA_IS, SAVED, type FrameState } from './frame-state.ts';
import type { Machine } from './machine.ts';
import { setUnsupported, type Rule, type UnsupportedReason } from './rule.ts';
import { CFA, FP, RA } from './table-layout.gen.ts';

/** What the rules of one CIE's FDEs share. */
export interface RuleContext {
  machine: Machine;
  /** Augmentation S: its frames were interrupted, not left by a call. */
  signalFrame: boolean;
}

/** Fills `rule`; CFA.UNSUPPORTED where the format has no way to say it. */
export function ruleOf(state: FrameState, context: RuleContext, rule: Rule): void {
  rule.fpOffset = rule.raOffset = 0;
  rule.fpKind = FP.SAME;
  rule.raKind = RA.AT_CFA;
  const problem =
    state.raSaved === SAVED.undefined ? setEnd(state, context, rule) : setFrame(state, context, rule);
  if (problem !== null) setUnsupported(rule, problem);
  else if (!fits(rule)) setUnsupported(rule, 'offset-range');
}

/** The outermost frame: the walker asks no further. What else there is to say is kept for people. */
function setEnd(state: FrameState, { machine }: RuleContext, rule: Rule): null {
  if (setFramePointer(state, machine, rule) !== null) rule.fpOffset = 0;
  const shown = state.cfaIs === CFA_IS.register && state.cfaRegister < 256;
  rule.cfaKind = CFA.END;
  rule.cfaRegister = shown ? state.cfaRegister : machine.stackPointer;
  rule.cfaOffset = shown ? state.cfaOffset : 0;
  rule.cfaAdd = 0;
  return null;
}

function setFrame(state: FrameState, context: RuleContext, rule: Rule): UnsupportedReason | null {
  if (isSignalFrame(state, context)) return setSignalFrame(state, rule);
  if (context.signalFrame) return 'signal-frame';
  if (state.spSaved !== SAVED.unspecified && state.spSaved !== SAVED.same) return 'sp-rule';
  return (
    setCfa(state, context.machine, rule) ??
    setFramePointer(state, context.machine, rule) ??
    setReturnAddress(state, context.machine, rule)
  );
}

function setCfa(
  state: FrameState,
  { stackPointer, framePointer }: Machine,
  rule: Rule,
): UnsupportedReason | null {
  const { cfaRegister: register } = state;
  rule.cfaRegister = 0;
  rule.cfaOffset = state.cfaOffset;
  rule.cfaAdd = state.cfaAdd;
  switch (state.cfaIs) {
    case CFA_IS.register:
      if (register === stackPointer) rule.cfaKind = CFA.SP;
      else if (register === framePointer) rule.cfaKind = CFA.FP;
      else if (register > 255) return 'cfa-expression';
      else {
        rule.cfaKind = CFA.REGISTER;
        rule.cfaRegister = register;
      }
      return null;
    case CFA_IS.deref:
      if (register !== stackPointer && register !== framePointer) return 'cfa-expression';
      rule.cfaKind = register === stackPointer ? CFA.DEREF_SP : CFA.DEREF_FP;
      return null;
    case CFA_IS.plt:
      if (register !== stackPointer) return 'cfa-expression';
      rule.cfaKind = CFA.PLT;
      return null;
    default:
      return state.cfaIs === CFA_IS.computed ? 'cfa-expression' : 'no-cfa';
  }
}

function setFramePointer(state: FrameState, machine: Machine, rule: Rule): UnsupportedReason | null {
  rule.fpOffset = state.fpValue;
  switch (state.fpSaved) {
    case SAVED.atCfa:
      rule.fpKind = FP.AT_CFA;
      return null;
    case SAVED.atRegister:
      if (state.fpBase === machine.framePointer) rule.fpKind = FP.AT_FP;
      else if (state.fpBase === machine.stackPointer) rule.fpKind = FP.AT_SP;
      else return 'fp-rule';
      return null;
    case SAVED.inRegister:
      rule.fpOffset = 0;
      return state.fpBase === machine.framePointer ? null : 'fp-rule';
    case SAVED.computed:
      return 'fp-rule';
    default:
      // Undefined: no caller may ask for it, so what stands in it does no harm.
      rule.fpOffset = 0;
      return null;
  }
}

function setReturnAddress(state: FrameState, machine: Machine, rule: Rule): UnsupportedReason | null {
  rule.raOffset = state.raValue;
  switch (state.raSaved) {
    case SAVED.atCfa:
      return null;
    case SAVED.inRegister:
      rule.raKind = RA.REGISTER;
      rule.raOffset = state.raBase;
      return null;
    case SAVED.atRegister:
      // At the register that the CFA is told by: their distance is known.
      if (state.cfaIs !== CFA_IS.register || state.raBase !== state.cfaRegister) return 'ra-rule';
      rule.raOffset = state.raValue - state.cfaOffset;
      return null;
    case SAVED.unspecified:
    case SAVED.same:
      if (!machine.linkRegister) return 'ra-rule';
      rule.raKind = RA.REGISTER;
      rule.raOffset = machine.returnAddress;
      return null;
    default:
      return 'ra-rule';
  }
}

/** The frame that the kernel builds for a handler, as libc describes it: everything by distance from SP. */
function isSignalFrame(state: FrameState, { machine, signalFrame }: RuleContext): boolean {
  const { stackPointer } = machine;
  return (
    signalFrame &&
    state.cfaIs === CFA_IS.deref &&
    state.cfaRegister === stackPointer &&
    state.cfaAdd === 0 &&
    state.fpSaved === SAVED.atRegister &&
    state.fpBase === stackPointer &&
    state.raSaved === SAVED.atRegister &&
    state.raBase === stackPointer &&
    // The saved stack pointer and the CFA are one and the same.
    (state.spSaved === SAVED.unspecified ||
      (state.spSaved === SAVED.atRegister &&
        state.spBase === stackPointer &&
        state.spValue === state.cfaOffset))
  );
}

function setSignalFrame(state: FrameState, rule: Rule): null {
  rule.cfaKind = CFA.SIGNAL;
  rule.cfaRegister = 0;
  rule.cfaOffset = state.cfaOffset;
  rule.cfaAdd = 0;
  rule.fpKind = FP.AT_SP;
  rule.fpOffset = state.fpValue;
  rule.raOffset = state.raValue;
  return null;
}

function fits({ cfaOffset, cfaAdd, fpOffset, raOffset }: Rule): boolean {
  return (
    cfaOffset === (cfaOffset | 0) &&
    cfaAdd === (cfaAdd | 0) &&
    fpOffset === (fpOffset | 0) &&
    raOffset === (raOffset | 0)
  );
}
