// Rules as text.
import type { Machine } from './machine.ts';
import { registerName } from './machine.ts';
import type { Rule } from './rule.ts';
import { CFA, FP, RA } from './table-layout.gen.ts';

/** Null where nothing is said: of a frame pointer, that it is unchanged. */
export interface RuleText {
  cfa: string | null;
  fp: string | null;
  ra: string | null;
}

/**
 * As `llvm-dwarfdump` prints the rows of `.eh_frame`: `RSP+16`, `[CFA-16]`, `undefined`, expressions by their
 * operations. All null for rules that are none (CFA.NONE, CFA.UNSUPPORTED), or none of DWARF's (CFA.SWITCH).
 */
export function dwarfNotation(rule: Rule, machine: Machine): RuleText {
  const { cfaKind } = rule;
  if (cfaKind === CFA.NONE || cfaKind === CFA.UNSUPPORTED || cfaKind === CFA.SWITCH) {
    return { cfa: null, fp: null, ra: null };
  }
  const breg = (register: number, offset: number): string =>
    `DW_OP_breg${register} ${registerName(machine, register)}${signed(offset)}`;
  return {
    cfa: cfaByOperations(rule, machine, breg),
    fp: framePointerText(rule, machine, breg),
    ra: returnAddressText(rule, machine, breg),
  };
}

/** The same in one word each: `*(RSP+96)+8` for a CFA that is read from memory. */
export function wordNotation(rule: Rule, machine: Machine): RuleText {
  if (rule.cfaKind === CFA.NONE || rule.cfaKind === CFA.UNSUPPORTED) return { cfa: null, fp: null, ra: null };
  const place = (register: number, offset: number): string =>
    registerName(machine, register) + (offset === 0 ? '' : signed(offset));
  return {
    cfa: cfaInOneWord(rule, machine, place),
    fp: framePointerText(rule, machine, place),
    ra: returnAddressText(rule, machine, place),
  };
}

type PlaceText = (register: number, offset: number) => string;

function cfaByOperations(rule: Rule, machine: Machine, breg: PlaceText): string {
  const { cfaOffset, cfaAdd } = rule;
  const base = baseRegister(rule, machine);
  switch (rule.cfaKind) {
    case CFA.PLT:
      return (
        `${breg(base, cfaOffset)}, ${breg(machine.returnAddress, 0)}, DW_OP_lit15, DW_OP_and, ` +
        `DW_OP_lit${cfaAdd}, DW_OP_ge, DW_OP_lit3, DW_OP_shl, DW_OP_plus`
      );
    case CFA.DEREF_SP:
    case CFA.DEREF_FP:
    case CFA.SIGNAL:
      return `${breg(base, cfaOffset)}, DW_OP_deref${addition(cfaAdd)}`;
    default:
      return registerName(machine, base) + (cfaOffset === 0 ? '' : signed(cfaOffset));
  }
}

function addition(add: number): string {
  if (add === 0) return '';
  return add > 0 ? `, DW_OP_plus_uconst 0x${add.toString(16)}` : `, DW_OP_consts ${add}, DW_OP_plus`;
}

function cfaInOneWord(rule: Rule, machine: Machine, place: PlaceText): string {
  const { cfaOffset, cfaAdd } = rule;
  const text = place(baseRegister(rule, machine), cfaOffset);
  switch (rule.cfaKind) {
    case CFA.PLT:
      return `${text}+8*((${registerName(machine, machine.returnAddress)}&15)>=${cfaAdd})`;
    case CFA.DEREF_SP:
    case CFA.DEREF_FP:
    case CFA.SIGNAL:
      return `*(${text})${cfaAdd === 0 ? '' : signed(cfaAdd)}`;
    default:
      return text;
  }
}

/** What the CFA is told by. */
function baseRegister({ cfaKind, cfaRegister }: Rule, { stackPointer, framePointer }: Machine): number {
  if (cfaKind === CFA.REGISTER || cfaKind === CFA.END) return cfaRegister;
  const byFramePointer = cfaKind === CFA.FP || cfaKind === CFA.DEREF_FP || cfaKind === CFA.SWITCH;
  return byFramePointer ? framePointer : stackPointer;
}

function framePointerText({ fpKind, fpOffset }: Rule, machine: Machine, place: PlaceText): string | null {
  if (fpKind === FP.SAME || fpKind === FP.BELOW_RA) return null;
  if (fpKind === FP.AT_CFA) return atCfa(fpOffset);
  return `[${place(fpKind === FP.AT_FP ? machine.framePointer : machine.stackPointer, fpOffset)}]`;
}

function returnAddressText({ cfaKind, raKind, raOffset }: Rule, machine: Machine, place: PlaceText): string {
  if (cfaKind === CFA.END) return 'undefined';
  if (cfaKind === CFA.SIGNAL) return `[${place(machine.stackPointer, raOffset)}]`;
  return raKind === RA.REGISTER ? registerName(machine, raOffset) : atCfa(raOffset);
}

function atCfa(offset: number): string {
  return offset === 0 ? '[CFA]' : `[CFA${signed(offset)}]`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
