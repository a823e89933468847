// Abbreviation tables (DWARF 5, 7.5.3): the shapes that the entries of a unit have.
import type { Encoding } from './encoding.ts';
import * as DW from './constants.ts';
import { formSize, formSizes, UNKNOWN_FORM } from './forms.ts';
import type { HotCursor } from './hot-cursor.ts';
import type { SectionReader } from './section-reader.ts';

export interface Abbreviation {
  code: number;
  /** DW_TAG_… */
  tag: number;
  hasChildren: boolean;
  /** Per attribute: DW_AT_…, DW_FORM_…, the value of DW_FORM_implicit_const. */
  names: readonly number[];
  forms: readonly number[];
  constants: readonly number[];
  /** How an entry is passed over: numbers of bytes, and `STEP`s between them. */
  steps: readonly number[];
  /** All entries are this long behind their code; -1 where that differs. */
  fixedSize: number;
  /** A function or an inlined call. */
  isSubroutine: boolean;
  /** It has DW_AT_low_pc or DW_AT_ranges. */
  mayHaveCode: boolean;
}

/** Compilers write up to 40 attributes, of 2 to 4 bytes each; a constant takes ten more. */
const MAX_DECLARATION_BYTES = 2048;
/** Per table. Chromium's largest has some thousand. */
const MAX_ABBREVIATIONS = 100_000;

/** One table, parsed as far as it was asked for. */
export class AbbreviationTable {
  private readonly section: SectionReader;
  private readonly encoding: Encoding;
  private readonly sizes: Int8Array;
  /** Code i is at i - 1: compilers count codes from 1 on. */
  private readonly dense: Abbreviation[] = [];
  private readonly sparse = new Map<number, Abbreviation>();
  private next: number;
  private complete = false;

  constructor(section: SectionReader, offset: number, encoding: Encoding) {
    this.section = section;
    this.encoding = encoding;
    this.sizes = formSizes(encoding);
    this.next = offset;
  }

  /** Declarations that were parsed. */
  get count(): number {
    return this.dense.length + this.sparse.size;
  }

  /** Throws `BinaryFormatError`; `cursor` is where the code was read, for the error. */
  find(code: number, cursor: HotCursor): Abbreviation {
    return this.dense[code - 1] ?? this.sparse.get(code) ?? this.parseUntil(code, cursor);
  }

  private parseUntil(code: number, cursor: HotCursor): Abbreviation {
    while (!this.complete) {
      const declared = this.parseNext();
      if (declared?.code === code) return declared;
    }
    return cursor.fail('bad-value', `abbreviation ${code} is not declared`);
  }

  private parseNext(): Abbreviation | null {
    const cursor = this.section.at(this.next, MAX_DECLARATION_BYTES);
    const code = cursor.uleb();
    if (code === 0) {
      this.complete = true;
      return null;
    }
    if (this.count >= MAX_ABBREVIATIONS) cursor.fail('limit', `more than ${MAX_ABBREVIATIONS} abbreviations`);
    const declared = readDeclaration(cursor, code, this.encoding, this.sizes);
    this.next = cursor.offset;
    if (code === this.dense.length + 1) this.dense.push(declared);
    else if (this.dense[code - 1] === undefined && !this.sparse.has(code)) this.sparse.set(code, declared);
    // Of two with one code, the first holds: compilers write none, and so no table grows by them.
    else cursor.fail('bad-value', `abbreviation ${code} is declared twice`);
    return declared;
  }
}

function readDeclaration(
  cursor: HotCursor,
  code: number,
  encoding: Encoding,
  sizes: Int8Array,
): Abbreviation {
  const tag = cursor.uleb();
  const hasChildren = cursor.u8() !== 0;
  const names: number[] = [];
  const forms: number[] = [];
  const constants: number[] = [];
  for (;;) {
    const name = cursor.uleb();
    const form = cursor.uleb();
    if (name === 0 && form === 0) break;
    names.push(name);
    forms.push(form);
    constants.push(form === DW.DW_FORM_implicit_const ? cursor.sleb() : 0);
  }
  const steps = stepsOf(cursor, forms, encoding, sizes);
  return {
    code,
    tag,
    hasChildren,
    names,
    forms,
    constants,
    steps,
    fixedSize: fixedSizeOf(steps),
    isSubroutine: tag === DW.DW_TAG_subprogram || tag === DW.DW_TAG_inlined_subroutine,
    mayHaveCode: names.includes(DW.DW_AT_low_pc) || names.includes(DW.DW_AT_ranges),
  };
}

/** Adjacent values of fixed size are one step. */
function stepsOf(
  cursor: HotCursor,
  forms: readonly number[],
  encoding: Encoding,
  sizes: Int8Array,
): readonly number[] {
  const steps: number[] = [];
  let fixed = 0;
  for (const form of forms) {
    const size = form < sizes.length ? sizes[form]! : (formSize(form, encoding) ?? UNKNOWN_FORM);
    if (size === UNKNOWN_FORM) cursor.fail('bad-value', `form 0x${form.toString(16)} is not known`);
    if (size >= 0) {
      fixed += size;
      continue;
    }
    if (fixed > 0) steps.push(fixed);
    steps.push(size);
    fixed = 0;
  }
  if (fixed > 0) steps.push(fixed);
  return steps;
}

function fixedSizeOf(steps: readonly number[]): number {
  if (steps.length === 0) return 0;
  return steps.length === 1 && steps[0]! >= 0 ? steps[0]! : -1;
}
