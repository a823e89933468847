// Rules of an unwind table, `struct pl_rule` of bpf/unwind.h, and the set of the distinct ones that a table has.
import { CFA, FP, RA, RULE } from './table-layout.gen.ts';

/** Fields as in `struct pl_rule`; offsets in bytes. Two uses that the walker does not see: below. */
export interface Rule {
  cfaKind: number;
  /** DWARF number. With CFA.END it and `cfaOffset` keep the canonical frame address for people. */
  cfaRegister: number;
  fpKind: number;
  raKind: number;
  /** With CFA.UNSUPPORTED the index of the reason in UNSUPPORTED_REASONS. */
  cfaOffset: number;
  cfaAdd: number;
  fpOffset: number;
  raOffset: number;
}

/** Why an FDE's rule cannot be expressed. Numbers are stored in tables: only ever add at the end. */
export const UNSUPPORTED_REASONS = [
  'bad-program', // the FDE's instructions are malformed
  'no-cfa', // nothing says where the canonical frame address is, or only half of it
  'cfa-expression',
  'fp-rule', // the frame pointer is in another register, or computed
  'ra-rule',
  'sp-rule', // the caller's stack pointer is not the canonical frame address
  'signal-frame', // one that is not laid out as the kernel's
  'offset-range', // beyond 32 bits
  'too-many-rules', // a row's number of its rule has 16 bits
] as const;
export type UnsupportedReason = (typeof UNSUPPORTED_REASONS)[number];

export function noRule(): Rule {
  return {
    cfaKind: CFA.NONE,
    cfaRegister: 0,
    fpKind: FP.SAME,
    raKind: RA.AT_CFA,
    cfaOffset: 0,
    cfaAdd: 0,
    fpOffset: 0,
    raOffset: 0,
  };
}

export function setUnsupported(rule: Rule, reason: UnsupportedReason): void {
  rule.cfaKind = CFA.UNSUPPORTED;
  rule.cfaRegister = 0;
  rule.fpKind = FP.SAME;
  rule.raKind = RA.AT_CFA;
  rule.cfaOffset = UNSUPPORTED_REASONS.indexOf(reason);
  rule.cfaAdd = 0;
  rule.fpOffset = 0;
  rule.raOffset = 0;
}

const WORDS = RULE.bytes / 4;
/** Rules of the largest files here: 700. */
const FIRST_CAPACITY = 1024;
const MAX_RULES = 0x1_0000;

/** Numbers rules by their content; rule 0 is the one that says nothing. */
export class RuleSet {
  /** `WORDS` per rule, as in the table but for the order of bytes in the first word. */
  private words = new Int32Array(FIRST_CAPACITY * WORDS);
  /** Open addressing: number of the rule + 1, 0 where free; at most half full. */
  private slots = new Int32Array(FIRST_CAPACITY * 2);
  private count = 0;
  private readonly overflow = noRule();

  constructor() {
    this.intern(noRule());
    setUnsupported(this.overflow, 'too-many-rules');
  }

  get size(): number {
    return this.count;
  }

  /** The rule's number. The last one is kept for all rules that have no place. */
  intern(rule: Rule): number {
    const kinds = rule.cfaKind | (rule.cfaRegister << 8) | (rule.fpKind << 16) | (rule.raKind << 24);
    let hash = Math.imul(kinds, 0x9e3779b1) ^ Math.imul(rule.cfaOffset, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d) ^ Math.imul(rule.fpOffset, 0x27d4eb2f);
    hash =
      Math.imul(hash ^ (hash >>> 13), 0x165667b1) ^ Math.imul(rule.raOffset + rule.cfaAdd * 31, 0x9e3779b1);
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 16)) & mask;
    for (let number = this.slots[slot]!; number !== 0; number = this.slots[slot]!) {
      if (this.holds(number - 1, kinds, rule)) return number - 1;
      slot = (slot + 1) & mask;
    }
    if (this.count >= MAX_RULES - 1 && rule !== this.overflow) return this.intern(this.overflow);
    return this.add(slot, kinds, rule);
  }

  /** Writes all rules in the table's format. */
  write(view: DataView, offset: number): void {
    for (let i = 0; i < this.count * WORDS; i++) view.setInt32(offset + 4 * i, this.words[i]!, true);
  }

  private holds(number: number, kinds: number, rule: Rule): boolean {
    const at = number * WORDS;
    const { words } = this;
    return (
      words[at] === kinds &&
      words[at + 1] === rule.cfaOffset &&
      words[at + 2] === rule.cfaAdd &&
      words[at + 3] === rule.fpOffset &&
      words[at + 4] === rule.raOffset
    );
  }

  private add(slot: number, kinds: number, rule: Rule): number {
    const number = this.count++;
    this.slots[slot] = number + 1;
    const fields = [kinds, rule.cfaOffset, rule.cfaAdd, rule.fpOffset, rule.raOffset];
    this.words.set(fields, number * WORDS);
    if (this.count * 2 >= this.slots.length) this.grow();
    return number;
  }

  private grow(): void {
    const rules = Array.from({ length: this.count }, (_, number) => this.at(number));
    this.words = new Int32Array(this.words.length * 2);
    this.slots = new Int32Array(this.slots.length * 2);
    this.count = 0;
    for (const rule of rules) this.intern(rule);
  }

  at(number: number): Rule {
    const words = this.words.subarray(number * WORDS, (number + 1) * WORDS);
    return ruleFromWords(words[0]!, words[1]!, words[2]!, words[3]!, words[4]!);
  }
}

/** A rule from its five words, little endian. */
export function ruleFromWords(
  kinds: number,
  cfaOffset: number,
  cfaAdd: number,
  fpOffset: number,
  raOffset: number,
): Rule {
  return {
    cfaKind: kinds & 0xff,
    cfaRegister: (kinds >>> 8) & 0xff,
    fpKind: (kinds >>> 16) & 0xff,
    raKind: kinds >>> 24,
    cfaOffset,
    cfaAdd,
    fpOffset,
    raOffset,
  };
}
