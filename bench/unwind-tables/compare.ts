// Our rows of a file against the reference's, byte by byte of the code that both speak of.
import { closeSync, openSync } from 'node:fs';
import { FdSource } from '../../src/binary/byte-source.ts';
import { AddressTable } from '../../src/unwind/address-table.ts';
import { dwarfNotation } from '../../src/unwind/notation.ts';
import type { Rule, UnsupportedReason } from '../../src/unwind/rule.ts';
import { unsupportedReason } from '../../src/unwind/unwind-table.ts';
import type { ReferenceRows } from './dwarfdump.ts';

export interface FileComparison {
  path: string;
  /** Of the reference. */
  rows: number;
  identical: number;
  /** Rows of which at least one byte has another rule, or none. */
  differing: number;
  /** Rows that lie outside of the file's code. */
  outside: number;
  /** Rows that our format cannot express. */
  inexpressible: number;
  overlapping: number;
  coveredBytes: number;
  unsupportedBytes: Map<UnsupportedReason, number>;
  /** Bytes that we have a rule for and the reference has none. */
  surplusBytes: number;
  example: string | undefined;
}

/** Our rows, in columns. */
interface OurRows {
  start: number[];
  text: string[];
  reason: (UnsupportedReason | null)[];
}

export function compileFile(path: string): AddressTable | string {
  const fd = openSync(path, 'r');
  try {
    const table = AddressTable.of(new FdSource(fd));
    return table instanceof AddressTable ? table : table.reason;
  } finally {
    closeSync(fd);
  }
}

export function compareFile(path: string, table: AddressTable, reference: ReferenceRows): FileComparison {
  const ours = ourRows(table);
  const comparison: FileComparison = {
    path,
    rows: reference.start.length,
    identical: 0,
    differing: 0,
    outside: 0,
    inexpressible: 0,
    overlapping: reference.overlapping,
    coveredBytes: 0,
    unsupportedBytes: new Map(),
    surplusBytes: surplus(ours, reference),
    example: undefined,
  };
  let at = 0;
  reference.start.forEach((start, i) => {
    while (at + 1 < ours.start.length && ours.start[at + 1]! <= start) at++;
    compareRow(comparison, ours, at, {
      start,
      end: reference.end[i]!,
      text: reference.texts[reference.text[i]!]!,
    });
    if (!table.isCode(start)) {
      comparison.outside++;
      comparison.differing--;
    }
  });
  return comparison;
}

function compareRow(
  into: FileComparison,
  ours: OurRows,
  first: number,
  row: { start: number; end: number; text: string },
): void {
  let unsupported = 0;
  let agreeing = 0;
  for (let i = first; i < ours.start.length && ours.start[i]! < row.end; i++) {
    const from = Math.max(row.start, ours.start[i]!);
    const bytes = Math.min(row.end, ours.start[i + 1] ?? Infinity) - from;
    const reason = ours.reason[i] ?? null;
    into.coveredBytes += bytes;
    if (reason !== null) {
      unsupported += bytes;
      into.unsupportedBytes.set(reason, (into.unsupportedBytes.get(reason) ?? 0) + bytes);
    } else if (agree(ours.text[i]!, row.text)) {
      agreeing += bytes;
    } else {
      into.example ??= `0x${from.toString(16)}: ${ours.text[i]!} instead of ${row.text}`;
    }
  }
  if (agreeing + unsupported < row.end - row.start) into.differing++;
  else if (unsupported > 0) into.inexpressible++;
  else into.identical++;
}

/** Of an outermost frame nothing but that it is one matters. */
function agree(ours: string, reference: string): boolean {
  return ours === reference || (ours.endsWith('|undefined') && reference.endsWith('|undefined'));
}

function ourRows(table: AddressTable): OurRows {
  const rows: OurRows = { start: [], text: [], reason: [] };
  table.forEachRow((address, rule) => {
    rows.start.push(address);
    rows.reason.push(unsupportedReason(rule));
    rows.text.push(textOf(rule, table));
  });
  return rows;
}

function textOf(rule: Rule, { machine }: AddressTable): string {
  const { cfa, fp, ra } = dwarfNotation(rule, machine);
  return `${cfa ?? ''}|${fp ?? ''}|${ra ?? ''}`;
}

/** What the reference leaves open between its rows and we do not. */
function surplus(ours: OurRows, { start, end }: ReferenceRows): number {
  let bytes = 0;
  let at = 0;
  for (let i = 0; i < ours.start.length; i++) {
    if (ours.text[i] === '||' && ours.reason[i] === null) continue;
    let from = ours.start[i]!;
    const until = ours.start[i + 1] ?? from;
    while (at < start.length && end[at]! <= from) at++;
    for (let j = at; from < until; j++) {
      const next = Math.min(until, start[j] ?? Infinity);
      bytes += Math.max(0, next - from);
      from = Math.max(from, Math.min(until, end[j] ?? until));
    }
  }
  return bytes;
}
