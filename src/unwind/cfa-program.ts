// The interpreter of call frame instructions (DWARF 5, 6.4.2): from an FDE's bytes to rows.
import type { Cursor } from '../binary/cursor.ts';
import type { Cie } from './cie.ts';
import * as DW from './dwarf-constants.ts';
import { readEncodedPointer, type PointerBases } from './encoded-pointer.ts';
import { ruleOf } from './frame-rule.ts';
import { FrameState, SAVED } from './frame-state.ts';
import { FrameTracker } from './frame-tracker.ts';
import { noRule, type RuleSet } from './rule.ts';

/** Takes rows in ascending order: from `address` (virtual) on, until the next row, `rule` holds. */
export type RowSink = (address: number, rule: number) => void;

/** Those of C++ thunks and of libc's signal frame have 12 bytes at most. */
const MAX_EXPRESSION_BYTES = 4096;

/** One for a whole file: an FDE costs no allocation but that of its cursor. */
export class CfaProgram {
  private readonly tracker = new FrameTracker();
  private readonly rules: RuleSet;
  private readonly bases: PointerBases;
  private readonly sink: RowSink;
  private readonly rule = noRule();
  private address = 0;
  private lastRule = -1;

  constructor(rules: RuleSet, bases: PointerBases, sink: RowSink) {
    this.rules = rules;
    this.bases = bases;
    this.sink = sink;
  }

  /** The address up to which the program of the last FDE has been told. */
  get reached(): number {
    return this.address;
  }

  /** What a CIE says before any FDE's instructions. Throws `BinaryFormatError`. */
  initialState(code: Cursor, cie: Cie): FrameState {
    this.begin(new FrameState(), cie, 0);
    // A CIE speaks of no address: one that advances makes no rows of it.
    while (!code.atEnd) this.step(code, cie, false);
    const state = new FrameState();
    state.copy(this.tracker.state);
    return state;
  }

  /** Gives the rows of an FDE of [start, end). Throws `BinaryFormatError`; what was given holds up to `reached`. */
  run(code: Cursor, cie: Cie, start: number, end: number): void {
    this.begin(cie.initial, cie, start);
    while (!code.atEnd && this.address < end) this.step(code, cie, true);
    if (this.address < end) this.flush(cie);
  }

  private begin(initial: FrameState, cie: Cie, start: number): void {
    this.tracker.begin(initial, cie.followed);
    this.address = start;
    this.lastRule = -1;
  }

  private flush(cie: Cie): void {
    if (!this.tracker.changed) return;
    this.tracker.changed = false;
    ruleOf(this.tracker.state, cie, this.rule);
    const rule = this.rules.intern(this.rule);
    if (rule === this.lastRule) return;
    this.lastRule = rule;
    this.sink(this.address, rule);
  }

  private advance(bytes: number, cie: Cie, rows: boolean): void {
    if (bytes === 0) return;
    if (rows) this.flush(cie);
    this.address += bytes;
  }

  private step(code: Cursor, cie: Cie, rows: boolean): void {
    const byte = code.u8();
    const operand = byte & 0x3f;
    switch (byte >> 6) {
      case DW.DW_CFA_advance_loc:
        return this.advance(operand * cie.codeAlign, cie, rows);
      case DW.DW_CFA_offset:
        return this.tracker.save(operand, SAVED.atCfa, 0, code.uleb() * cie.dataAlign);
      case DW.DW_CFA_restore:
        return this.tracker.restore(operand);
      default:
        if (!this.advances(byte, code, cie, rows)) this.describe(byte, code, cie);
    }
  }

  /** False where the instruction says nothing of the address. */
  private advances(opcode: number, code: Cursor, cie: Cie, rows: boolean): boolean {
    switch (opcode) {
      case DW.DW_CFA_advance_loc1:
        this.advance(code.u8() * cie.codeAlign, cie, rows);
        return true;
      case DW.DW_CFA_advance_loc2:
        this.advance(code.u16() * cie.codeAlign, cie, rows);
        return true;
      case DW.DW_CFA_advance_loc4:
        this.advance(code.u32() * cie.codeAlign, cie, rows);
        return true;
      case DW.DW_CFA_set_loc: {
        const to = readEncodedPointer(code, cie.pointerEncoding, this.bases);
        if (to === null || to < this.address) code.fail('bad-value', 'DW_CFA_set_loc goes back');
        this.advance(to - this.address, cie, rows);
        return true;
      }
      default:
        return false;
    }
  }

  private describe(opcode: number, code: Cursor, cie: Cie): void {
    const { tracker } = this;
    switch (opcode) {
      case DW.DW_CFA_nop:
      case DW.DW_CFA_GNU_window_save:
      case DW.DW_CFA_AARCH64_negate_ra_state_with_pc:
        return;
      case DW.DW_CFA_GNU_args_size:
        code.uleb();
        return;
      case DW.DW_CFA_def_cfa:
        return tracker.defineCfa(code.uleb(), code.uleb());
      case DW.DW_CFA_def_cfa_sf:
        return tracker.defineCfa(code.uleb(), code.sleb() * cie.dataAlign);
      case DW.DW_CFA_def_cfa_register:
        return tracker.redefineRegister(code.uleb());
      case DW.DW_CFA_def_cfa_offset:
        return tracker.redefineOffset(code.uleb());
      case DW.DW_CFA_def_cfa_offset_sf:
        return tracker.redefineOffset(code.sleb() * cie.dataAlign);
      case DW.DW_CFA_def_cfa_expression:
        return tracker.defineCfaByExpression(expressionOf(code));
      case DW.DW_CFA_remember_state:
        return tracker.remember(code);
      case DW.DW_CFA_restore_state:
        return tracker.recall(code);
      default:
        return this.describeRegister(opcode, code, cie);
    }
  }

  /** Instructions whose first operand is a register. */
  private describeRegister(opcode: number, code: Cursor, { dataAlign }: Cie): void {
    const { tracker } = this;
    if (!REGISTER_INSTRUCTIONS.has(opcode)) {
      code.fail('bad-value', `call frame instruction 0x${opcode.toString(16)}`);
    }
    const register = code.uleb();
    switch (opcode) {
      case DW.DW_CFA_offset_extended:
        return tracker.save(register, SAVED.atCfa, 0, code.uleb() * dataAlign);
      case DW.DW_CFA_offset_extended_sf:
        return tracker.save(register, SAVED.atCfa, 0, code.sleb() * dataAlign);
      case DW.DW_CFA_GNU_negative_offset_extended:
        return tracker.save(register, SAVED.atCfa, 0, -code.uleb() * dataAlign);
      case DW.DW_CFA_restore_extended:
        return tracker.restore(register);
      case DW.DW_CFA_undefined:
        return tracker.save(register, SAVED.undefined, 0, 0);
      case DW.DW_CFA_same_value:
        return tracker.save(register, SAVED.same, 0, 0);
      case DW.DW_CFA_register:
        return tracker.save(register, SAVED.inRegister, code.uleb(), 0);
      case DW.DW_CFA_expression:
        return tracker.saveByExpression(register, expressionOf(code));
      case DW.DW_CFA_val_expression:
        expressionOf(code);
        return tracker.save(register, SAVED.computed, 0, 0);
      default: // DW_CFA_val_offset and _sf
        code.sleb();
        return tracker.save(register, SAVED.computed, 0, 0);
    }
  }
}

const REGISTER_INSTRUCTIONS: ReadonlySet<number> = new Set([
  DW.DW_CFA_offset_extended,
  DW.DW_CFA_offset_extended_sf,
  DW.DW_CFA_GNU_negative_offset_extended,
  DW.DW_CFA_restore_extended,
  DW.DW_CFA_undefined,
  DW.DW_CFA_same_value,
  DW.DW_CFA_register,
  DW.DW_CFA_expression,
  DW.DW_CFA_val_offset,
  DW.DW_CFA_val_offset_sf,
  DW.DW_CFA_val_expression,
]);

function expressionOf(code: Cursor): Cursor {
  const length = code.uleb();
  if (length > MAX_EXPRESSION_BYTES) code.fail('limit', `an expression of ${length} bytes`);
  return code.sub(length);
}
