// ScopeDecoder: the entries of a unit → its functions and inlined calls.
import type { Abbreviation } from './abbreviations.ts';
import { AttributeReader } from './attribute-reader.ts';
import type { Encoding } from './encoding.ts';
import * as DW from './constants.ts';
import { isUnitReference, skipStep } from './forms.ts';
import type { HotCursor } from './hot-cursor.ts';
import { RangeReader, type RangeAttributes } from './range-reader.ts';
import { NO_SCOPE, ScopeColumns, type ScopeTable } from './scope-columns.ts';
import { SpanColumns } from './span-columns.ts';
import type { Unit } from './unit.ts';

/** Inlining, blocks and name spaces nest some tens of times. */
const MAX_DEPTH = 1024;
/** A unit of Chromium has some 100,000 ranges; link-time optimization makes larger units. */
const MAX_RANGES = 1 << 22;
/** The units of programs linked with link-time optimization may be as large as that; others have some MB. */
const MAX_UNIT_BYTES = 512 << 20;

/** One for all units: it keeps its columns. */
export class ScopeDecoder {
  private readonly scopes = new ScopeColumns();
  private readonly spans = new SpanColumns();
  /** Per open entry: the scope around it, and how many scopes and spans there were before it. */
  private readonly scopeAround = new Int32Array(MAX_DEPTH);
  private readonly scopesBefore = new Int32Array(MAX_DEPTH);
  private readonly spansBefore = new Int32Array(MAX_DEPTH);

  /** Throws `BinaryFormatError`. */
  decode(unit: Unit): ScopeTable {
    const { offset, firstEntry, end } = unit.header;
    const cursor = unit.file.info.at(firstEntry, Math.min(end - firstEntry, MAX_UNIT_BYTES));
    if (end - firstEntry > MAX_UNIT_BYTES) cursor.fail('limit', `a unit of ${end - offset} bytes`);
    this.scopes.length = 0;
    this.spans.length = 0;
    if (unit.root.hasChildren) this.walk(cursor, end - cursor.base, unit);
    return this.scopes.finish(this.spans.index('last-owner'));
  }

  /** Goes over all entries once. All but functions and inlined calls are passed over without being looked at. */
  private walk(cursor: HotCursor, end: number, unit: Unit): void {
    const { abbreviations, header } = unit;
    const reader = new SubroutineReader(unit, this.scopes, this.spans);
    skipEntry(cursor, abbreviations.find(cursor.uleb(), cursor), header);
    let scope = NO_SCOPE;
    let depth = 0;
    while (cursor.at < end) {
      const entry = cursor.offset;
      const code = cursor.uleb();
      if (code === 0) {
        if (depth === 0) return;
        scope = this.close(--depth);
        continue;
      }
      const shape = abbreviations.find(code, cursor);
      if (depth === MAX_DEPTH) cursor.fail('limit', `entries nested ${MAX_DEPTH} times`);
      this.open(depth, scope);
      if (shape.isSubroutine) scope = reader.read(cursor, shape, entry, scope);
      else skipEntry(cursor, shape, header);
      if (shape.hasChildren) depth++;
      else scope = this.close(depth);
    }
  }

  private open(depth: number, scope: number): void {
    this.scopeAround[depth] = scope;
    this.scopesBefore[depth] = this.scopes.length;
    this.spansBefore[depth] = this.spans.length;
  }

  /** The scope around the entry. What it added is dropped when no code is in it: declarations, abstract instances. */
  private close(depth: number): number {
    if (this.spans.length === this.spansBefore[depth]) this.scopes.length = this.scopesBefore[depth]!;
    return this.scopeAround[depth]!;
  }
}

/** Reads the entries of functions and inlined calls of one unit. */
class SubroutineReader {
  private readonly unit: Unit;
  private readonly scopes: ScopeColumns;
  private readonly attribute: AttributeReader;
  private readonly ranges: RangeReader;
  private readonly pc: RangeAttributes = {
    lowForm: 0,
    low: 0,
    highForm: 0,
    high: 0,
    rangesForm: 0,
    ranges: 0,
  };
  private scope = NO_SCOPE;
  private callFile = 0;
  private callLine = 0;
  private callColumn = 0;
  /** Offset of the entry that it is an instance of, -1 where none is told, or only in the supplement. */
  private origin = -1;
  private hasName = false;

  constructor(unit: Unit, scopes: ScopeColumns, spans: SpanColumns) {
    this.unit = unit;
    this.scopes = scopes;
    this.attribute = new AttributeReader(unit.header);
    this.ranges = new RangeReader((start, end) => spans.push(start, end, this.scope), MAX_RANGES);
  }

  /** Returns the new scope. `entry`: its offset in .debug_info; `around`: the scope that it is in. */
  read(cursor: HotCursor, shape: Abbreviation, entry: number, around: number): number {
    const inlined = shape.tag === DW.DW_TAG_inlined_subroutine;
    this.scope = this.scopes.push(entry, inlined ? around : NO_SCOPE);
    if (!inlined && !shape.mayHaveCode) {
      skipEntry(cursor, shape, this.unit.header);
      return this.scope;
    }
    this.readAttributes(cursor, shape);
    // Many calls of one function share an origin, and so its name.
    if (this.origin >= 0 && !this.hasName) this.scopes.setEntry(this.scope, this.origin);
    if (inlined) this.scopes.setCall(this.scope, this.callFile, this.callLine, this.callColumn);
    this.ranges.read(this.unit, this.pc);
    return this.scope;
  }

  private readAttributes(cursor: HotCursor, { names, forms, constants }: Abbreviation): void {
    const { attribute, pc } = this;
    pc.lowForm = pc.highForm = pc.rangesForm = 0;
    this.callFile = this.callLine = this.callColumn = 0;
    this.origin = -1;
    this.hasName = false;
    for (let i = 0; i < names.length; i++) {
      attribute.read(cursor, forms[i]!, constants[i]!);
      this.take(names[i]!, attribute.form, attribute.value);
    }
  }

  private take(name: number, form: number, value: number): void {
    const { pc } = this;
    switch (name) {
      case DW.DW_AT_low_pc:
        pc.lowForm = form;
        pc.low = value;
        return;
      case DW.DW_AT_high_pc:
        pc.highForm = form;
        pc.high = value;
        return;
      case DW.DW_AT_ranges:
        pc.rangesForm = form;
        pc.ranges = value;
        return;
      case DW.DW_AT_call_file:
        this.callFile = value;
        return;
      case DW.DW_AT_call_line:
        this.callLine = value;
        return;
      case DW.DW_AT_call_column:
        this.callColumn = value;
        return;
      default:
        this.takeName(name, form, value);
    }
  }

  private takeName(name: number, form: number, value: number): void {
    switch (name) {
      case DW.DW_AT_name:
      case DW.DW_AT_linkage_name:
      case DW.DW_AT_MIPS_linkage_name:
        this.hasName = true;
        return;
      case DW.DW_AT_abstract_origin:
      case DW.DW_AT_specification:
        if (isUnitReference(form)) this.origin = this.unit.header.offset + value;
        else if (form === DW.DW_FORM_ref_addr) this.origin = value;
        return;
      default:
    }
  }
}

function skipEntry(cursor: HotCursor, shape: Abbreviation, encoding: Encoding): void {
  if (shape.fixedSize >= 0) return cursor.skip(shape.fixedSize);
  const { steps } = shape;
  for (let i = 0; i < steps.length; i++) skipStep(cursor, steps[i]!, encoding);
}
