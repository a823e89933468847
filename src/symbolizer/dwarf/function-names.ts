// The name of a function, wherever along its chain of origins it stands (DWARF 5, 3.3.8.2 and 2.13).
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { AttributeReader } from './attribute-reader.ts';
import * as DW from './constants.ts';
import type { DwarfFile } from './dwarf-file.ts';
import { isUnitReference } from './forms.ts';
import { MAX_ENTRY_BYTES, type RawAttribute } from './root-entry.ts';
import type { Unit } from './unit.ts';

/** An instance, its abstract origin, the definition, the declaration, each perhaps moved by dwz. Ends circles too. */
const MAX_CHAIN = 16;

interface Place {
  unit: Unit;
  /** In .debug_info of the unit's file. */
  offset: number;
}

interface NamedEntry {
  name: string | null;
  linkageName: string | null;
  /** DW_AT_specification and DW_AT_abstract_origin. */
  origins: RawAttribute[];
}

/**
 * Of the entry at an offset in .debug_info, of `unit` or of another: the first linkage name along the chain, else the
 * first name; '' where there is neither, or it is in a supplement that is not at hand. Throws `BinaryFormatError`.
 */
export function functionName(unit: Unit, offset: number): string {
  const open = [locate(unit, offset)];
  let name = '';
  for (let seen = 0; seen < MAX_CHAIN; seen++) {
    const place = open.pop();
    if (place === undefined) break;
    const entry = readNamedEntry(place);
    if (entry.linkageName !== null) return entry.linkageName;
    if (name === '' && entry.name !== null) ({ name } = entry);
    for (const origin of entry.origins) {
      const next = follow(place.unit, origin);
      if (next !== null) open.push(next);
    }
  }
  return name;
}

function readNamedEntry({ unit, offset }: Place): NamedEntry {
  const entry: NamedEntry = { name: null, linkageName: null, origins: [] };
  const cursor = unit.file.info.at(offset, Math.min(unit.header.end - offset, MAX_ENTRY_BYTES));
  const code = cursor.uleb();
  if (code === 0) return entry;
  const { names, forms, constants } = unit.abbreviations.find(code, cursor);
  const reader = new AttributeReader(unit.header);
  const found = new Map<number, RawAttribute>();
  for (let i = 0; i < names.length; i++) {
    reader.read(cursor, forms[i]!, constants[i]!);
    if (WANTED.has(names[i]!)) found.set(names[i]!, { form: reader.form, value: reader.value });
  }
  // Strings are read last: in this section too, which moves the cursor.
  const string = (raw: RawAttribute | undefined): string | null =>
    raw === undefined ? null : unit.string(raw.form, raw.value);
  entry.linkageName = string(found.get(DW.DW_AT_linkage_name) ?? found.get(DW.DW_AT_MIPS_linkage_name));
  if (entry.linkageName === null) entry.name = string(found.get(DW.DW_AT_name));
  for (const attribute of [DW.DW_AT_abstract_origin, DW.DW_AT_specification]) {
    const origin = found.get(attribute);
    if (origin !== undefined) entry.origins.push(origin);
  }
  return entry;
}

const WANTED = new Set([
  DW.DW_AT_name,
  DW.DW_AT_linkage_name,
  DW.DW_AT_MIPS_linkage_name,
  DW.DW_AT_abstract_origin,
  DW.DW_AT_specification,
]);

function follow(unit: Unit, { form, value }: RawAttribute): Place | null {
  if (isUnitReference(form)) return within(unit, unit.header.offset + value);
  switch (form) {
    case DW.DW_FORM_ref_addr:
      return locate(unit, value);
    case DW.DW_FORM_GNU_ref_alt:
    case DW.DW_FORM_ref_sup4:
    case DW.DW_FORM_ref_sup8:
      return unit.file.supplement === null ? null : across(unit.file.supplement, value);
    default:
      return null; // into a type unit: those have no functions with code
  }
}

function within(unit: Unit, offset: number): Place {
  if (unit.contains(offset)) return { unit, offset };
  throw new BinaryFormatError('bad-value', unit.file.info.name, offset, 'a reference out of its unit');
}

function locate(unit: Unit, offset: number): Place {
  return unit.contains(offset) ? { unit, offset } : across(unit.file, offset);
}

function across(file: DwarfFile, offset: number): Place {
  return within(file.unitContaining(offset), offset);
}
