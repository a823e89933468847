// What the call frame information says at one address, of the registers that a walk needs: one row of DWARF's table.

/** Where a register of the caller is. */
export const SAVED = {
  /** No rule: DWARF leaves it to the ABI. */
  unspecified: 0,
  undefined: 1,
  same: 2,
  /** At CFA + value. */
  atCfa: 3,
  /** In register `base`. */
  inRegister: 4,
  /** At register `base` + value. */
  atRegister: 5,
  /** It is a value of its own, or lies where only a program can say. */
  computed: 6,
} as const;

/** How the canonical frame address is found. */
export const CFA_IS = {
  missing: 0,
  /** register + offset */
  register: 1,
  /** *(register + offset) + add */
  deref: 2,
  /** A PLT's stub: register + offset, and 8 more where (pc & 15) >= add. */
  plt: 3,
  /** An expression of another shape. */
  computed: 4,
  /** Half of a register and an offset, said anew behind an expression; the other half has yet to come. */
  onlyRegister: 5,
  onlyOffset: 6,
} as const;

/** Flat, because it is copied for every FDE and every DW_CFA_remember_state. */
export class FrameState {
  cfaIs: number = CFA_IS.missing;
  cfaRegister = 0;
  cfaOffset = 0;
  cfaAdd = 0;
  fpSaved: number = SAVED.unspecified;
  fpBase = 0;
  fpValue = 0;
  raSaved: number = SAVED.unspecified;
  raBase = 0;
  raValue = 0;
  spSaved: number = SAVED.unspecified;
  spBase = 0;
  spValue = 0;

  copy(from: FrameState): void {
    this.cfaIs = from.cfaIs;
    this.cfaRegister = from.cfaRegister;
    this.cfaOffset = from.cfaOffset;
    this.cfaAdd = from.cfaAdd;
    this.fpSaved = from.fpSaved;
    this.fpBase = from.fpBase;
    this.fpValue = from.fpValue;
    this.raSaved = from.raSaved;
    this.raBase = from.raBase;
    this.raValue = from.raValue;
    this.spSaved = from.spSaved;
    this.spBase = from.spBase;
    this.spValue = from.spValue;
  }
}
