// A reader of DWARF that is as plain as can be: all entries as objects, all rows in lists, every look-up from the
// front. What compilers write into one file, versions 2 to 5; the fast reader has to say the same.
import { Cursor } from '../../src/binary/cursor.ts';
import { readBytes } from '../../src/binary/byte-source.ts';
import type { DebugSections } from '../../src/symbolizer/dwarf/debug-sections.ts';
import type { SourceFrame } from '../../src/symbolizer/source-frame.ts';

interface Value {
  form: number;
  value: number | string;
}

interface Entry {
  offset: number;
  tag: number;
  attributes: Map<number, Value>;
  parent: Entry | null;
  children: Entry[];
}

interface Row {
  address: number;
  file: number;
  line: number;
  column: number;
}

interface Lines {
  paths: (string | undefined)[];
  sequences: { rows: Row[]; end: number }[];
}

interface NaiveUnit {
  start: number;
  version: number;
  entries: Entry[];
  lines: Lines;
}

export class NaiveDwarf {
  private readonly sections: DebugSections;
  private readonly units: NaiveUnit[] = [];
  private readonly entryAt = new Map<number, Entry>();

  constructor(sections: DebugSections) {
    this.sections = sections;
    const info = this.cursor('.debug_info');
    while (!info.atEnd) this.readUnit(info);
  }

  framesAt(address: number): SourceFrame[] | null {
    const unit = this.units.find(({ entries }) => this.covers(entries[0]!, entries[0]!, address));
    if (unit === undefined) return null;
    const root = unit.entries[0]!;
    const covering = unit.entries.filter(
      (entry) => (entry.tag === 0x2e || entry.tag === 0x1d) && this.covers(entry, root, address),
    );
    const row = rowAt(unit.lines, address);
    let entry = covering.at(-1) ?? null; // of nested ones the innermost stands last
    if (entry === null && row === null) return null;
    let place = {
      file: unit.lines.paths[row?.file ?? -1] ?? '',
      line: row?.line ?? 0,
      column: row?.column ?? 0,
    };
    if (entry === null) return [{ name: '', ...place }];
    const frames: SourceFrame[] = [];
    for (; entry !== null; entry = entry.parent) {
      if (entry.tag !== 0x2e && entry.tag !== 0x1d) continue;
      frames.push({ name: this.nameOf(entry), ...place });
      if (entry.tag === 0x2e) break;
      const call = (attribute: number): number => Number(entry!.attributes.get(attribute)?.value ?? 0);
      place = { file: unit.lines.paths[call(0x58)] ?? '', line: call(0x59), column: call(0x57) };
    }
    return frames;
  }

  private cursor(name: string): Cursor {
    const source = this.sections.section(name);
    const bytes = source === null ? new Uint8Array(0) : readBytes(source, 0, source.size, name);
    return new Cursor(bytes, name, this.sections.littleEndian);
  }

  private readUnit(info: Cursor): void {
    const start = info.offset;
    const end = info.u32() + start + 4;
    const version = info.u16();
    if (version === 5 && info.u8() !== 1) throw new Error('only compile units');
    let abbrevAt = 0;
    if (version === 5) info.u8();
    abbrevAt = info.u32();
    if (version < 5) info.u8();
    const shapes = this.readShapes(abbrevAt);
    const entries: Entry[] = [];
    let parent = null as Entry | null;
    while (info.offset < end) {
      const offset = info.offset;
      const code = info.uleb();
      if (code === 0) {
        parent = parent?.parent ?? null;
        continue;
      }
      const shape = shapes.get(code)!;
      const attributes = new Map<number, Value>();
      for (const [name = 0, form = 0, constant = 0] of shape.attributes) {
        attributes.set(name, { form, value: this.readValue(info, form, constant, start, version) });
      }
      const entry: Entry = { offset, tag: shape.tag, attributes, parent, children: [] };
      entries.push(entry);
      this.entryAt.set(offset, entry);
      if (shape.hasChildren) parent = entry;
    }
    const unit: NaiveUnit = { start, version, entries, lines: { paths: [], sequences: [] } };
    this.units.push(unit);
    this.resolveIndexes(unit);
    const lines = entries[0]!.attributes.get(0x10);
    const folder = String(entries[0]!.attributes.get(0x1b)?.value ?? '');
    if (lines !== undefined) unit.lines = this.readLines(Number(lines.value), folder);
  }

  private readShapes(at: number): Map<number, { tag: number; hasChildren: boolean; attributes: number[][] }> {
    const cursor = this.cursor('.debug_abbrev');
    cursor.seek(at);
    const shapes = new Map<number, { tag: number; hasChildren: boolean; attributes: number[][] }>();
    for (let code = cursor.uleb(); code !== 0; code = cursor.uleb()) {
      const shape = { tag: cursor.uleb(), hasChildren: cursor.u8() === 1, attributes: [] as number[][] };
      for (;;) {
        const [name, form] = [cursor.uleb(), cursor.uleb()];
        const constant = form === 0x21 ? Number(cursor.sleb64()) : 0;
        if (name === 0) break;
        shape.attributes.push([name, form, constant]);
      }
      shapes.set(code, shape);
    }
    return shapes;
  }

  private readValue(c: Cursor, form = 0, constant = 0, unit = 0, version = 4): number | string {
    const block = (length: number): number => (c.skip(length), 0);
    switch (form) {
      case 0x01:
        return Number(c.u64());
      case 0x03:
        return block(c.u16());
      case 0x04:
        return block(c.u32());
      case 0x05:
        return c.u16();
      case 0x06:
      case 0x17:
      case 0x28:
      case 0x2c:
        return c.u32();
      case 0x07:
      case 0x14:
        return Number(c.u64());
      case 0x08:
        return c.cstring();
      case 0x09:
      case 0x18:
        return block(c.uleb());
      case 0x0a:
        return block(c.u8());
      case 0x0b:
      case 0x0c:
      case 0x25:
      case 0x29:
        return c.u8();
      case 0x0d:
        return Number(c.sleb64());
      case 0x0e:
        return this.stringAt('.debug_str', c.u32());
      case 0x0f:
        return Number(c.uleb64());
      case 0x10:
        return version === 2 ? Number(c.u64()) : c.u32();
      case 0x11:
        return unit + c.u8();
      case 0x12:
        return unit + c.u16();
      case 0x13:
        return unit + c.u32();
      case 0x15:
        return unit + c.uleb();
      case 0x19:
        return 1;
      case 0x1a:
      case 0x1b:
      case 0x22:
      case 0x23:
        return c.uleb();
      case 0x1e:
        return block(16);
      case 0x1f:
        return this.stringAt('.debug_line_str', c.u32());
      case 0x20:
        return block(8);
      case 0x21:
        return constant;
      case 0x26:
      case 0x2a:
        return c.u16();
      case 0x27:
      case 0x2b:
        return c.u16() + c.u8() * 0x1_0000;
      default:
        throw new Error(`form 0x${form.toString(16)}`);
    }
  }

  /** Indexes into .debug_str_offsets and .debug_addr, now that the unit's bases are known. */
  private resolveIndexes({ entries }: NaiveUnit): void {
    const root = entries[0]!;
    const base = (attribute: number): number => Number(root.attributes.get(attribute)?.value ?? 0);
    for (const { attributes } of entries) {
      for (const value of attributes.values()) {
        const { form } = value;
        if (form === 0x1a || (form >= 0x25 && form <= 0x28)) {
          const offsets = this.cursor('.debug_str_offsets');
          offsets.seek(base(0x72) + 4 * Number(value.value));
          value.value = this.stringAt('.debug_str', offsets.u32());
        } else if (form === 0x1b || (form >= 0x29 && form <= 0x2c)) {
          value.value = this.addressAt(root, Number(value.value));
          value.form = 0x01;
        }
      }
    }
  }

  private addressAt(root: Entry, index: number): number {
    const cursor = this.cursor('.debug_addr');
    cursor.seek(Number(root.attributes.get(0x73)!.value) + 8 * index);
    return Number(cursor.u64());
  }

  private stringAt(section: string, offset: number): string {
    const cursor = this.cursor(section);
    cursor.seek(offset);
    return cursor.cstring();
  }

  private covers(entry: Entry, root: Entry, address: number): boolean {
    return this.rangesOf(entry, root).some(([start, end]) => start > 0 && address >= start && address < end);
  }

  private rangesOf({ attributes }: Entry, root: Entry): [number, number][] {
    const low = attributes.get(0x11);
    const high = attributes.get(0x12);
    const ranges = attributes.get(0x55);
    if (low !== undefined && high !== undefined) {
      const start = Number(low.value);
      return [[start, high.form === 0x01 ? Number(high.value) : start + Number(high.value)]];
    }
    if (ranges === undefined) return [];
    const base = Number(root.attributes.get(0x11)?.value ?? 0);
    if (this.sections.section('.debug_rnglists') === null) return this.oldRanges(Number(ranges.value), base);
    return this.newRanges(ranges, root, base);
  }

  private oldRanges(offset: number, base: number): [number, number][] {
    const cursor = this.cursor('.debug_ranges');
    cursor.seek(offset);
    const found: [number, number][] = [];
    for (;;) {
      const [start, end] = [cursor.u64(), cursor.u64()];
      if (start === 0n && end === 0n) return found;
      if (start === 0xffff_ffff_ffff_ffffn) base = Number(end);
      else found.push([base + Number(start), base + Number(end)]);
    }
  }

  private newRanges({ form, value }: Value, root: Entry, base: number): [number, number][] {
    const cursor = this.cursor('.debug_rnglists');
    let offset = Number(value);
    if (form === 0x23) {
      const lists = Number(root.attributes.get(0x74)!.value);
      cursor.seek(lists + 4 * offset);
      offset = lists + cursor.u32();
    }
    cursor.seek(offset);
    const found: [number, number][] = [];
    const indexed = (): number => this.addressAt(root, cursor.uleb());
    for (;;) {
      const kind = cursor.u8();
      if (kind === 0) return found;
      if (kind === 1) base = indexed();
      else if (kind === 2) found.push([indexed(), indexed()]);
      else if (kind === 3) found.push(from(indexed(), cursor.uleb()));
      else if (kind === 4) found.push([base + cursor.uleb(), base + cursor.uleb()]);
      else if (kind === 5) base = Number(cursor.u64());
      else if (kind === 6) found.push([Number(cursor.u64()), Number(cursor.u64())]);
      else if (kind === 7) found.push(from(Number(cursor.u64()), cursor.uleb()));
      else throw new Error(`range list entry ${kind}`);
    }
  }

  private nameOf(entry: Entry): string {
    const chain: Entry[] = [];
    for (let at: Entry | undefined = entry; at !== undefined;) {
      chain.push(at);
      const origin: Value | undefined = at.attributes.get(0x31) ?? at.attributes.get(0x47);
      at = origin === undefined ? undefined : this.entryAt.get(Number(origin.value));
    }
    const first = (...attributes: number[]): number | string | undefined =>
      chain.flatMap((each) =>
        attributes.flatMap((attribute) => each.attributes.get(attribute)?.value ?? []),
      )[0];
    return String(first(0x6e, 0x2007) ?? first(0x03) ?? '');
  }

  private readLines(offset: number, folder: string): Lines {
    const all = this.cursor('.debug_line');
    all.seek(offset);
    const c = all.sub(all.u32() + 4 - 4);
    const version = c.u16();
    if (version === 5) c.skip(2);
    const headerLength = c.u32();
    const program = c.offset + headerLength;
    const minLength = c.u8();
    if (version >= 4) c.u8();
    c.u8();
    const lineBase = c.i8();
    const lineRange = c.u8();
    const opcodeBase = c.u8();
    const operands = Array.from({ length: opcodeBase - 1 }, () => c.u8());
    const paths = version === 5 ? this.newPaths(c) : oldPaths(c, folder);
    c.seek(program);
    return { paths, sequences: runNaively(c, { minLength, lineBase, lineRange, opcodeBase, operands }) };
  }

  private newPaths(c: Cursor): string[] {
    const table = (): { path: string; folder: number }[] => {
      const formats = Array.from({ length: c.u8() }, () => [c.uleb(), c.uleb()]);
      return Array.from({ length: c.uleb() }, () => {
        const row = { path: '', folder: 0 };
        for (const [content = 0, form = 0] of formats) {
          const value = this.readValue(c, form);
          if (content === 1) row.path = String(value);
          if (content === 2) row.folder = Number(value);
        }
        return row;
      });
    };
    const folders = table().map(({ path }) => path);
    const absolute = folders.map((path) => (path.startsWith('/') ? path : `${folders[0]!}/${path}`));
    return table().map(({ path, folder }) => (path.startsWith('/') ? path : `${absolute[folder]!}/${path}`));
  }
}

function from(start: number, length: number): [number, number] {
  return [start, start + length];
}

function oldPaths(c: Cursor, compilationFolder: string): (string | undefined)[] {
  const folders = [compilationFolder];
  for (let folder = c.cstring(); folder !== ''; folder = c.cstring()) {
    folders.push(folder.startsWith('/') ? folder : `${compilationFolder}/${folder}`);
  }
  const paths: (string | undefined)[] = [undefined];
  for (let name = c.cstring(); name !== ''; name = c.cstring()) {
    const folder = folders[c.uleb()]!;
    c.uleb();
    c.uleb();
    paths.push(name.startsWith('/') ? name : `${folder}/${name}`);
  }
  return paths;
}

interface Machine {
  minLength: number;
  lineBase: number;
  lineRange: number;
  opcodeBase: number;
  operands: number[];
}

function runNaively(c: Cursor, machine: Machine): Lines['sequences'] {
  const { minLength, lineBase, lineRange, opcodeBase, operands } = machine;
  const sequences: Lines['sequences'] = [];
  let rows: Row[] = [];
  let row: Row = { address: 0, file: 1, line: 1, column: 0 };
  const add = (): number => rows.push({ ...row });
  while (!c.atEnd) {
    const opcode = c.u8();
    if (opcode >= opcodeBase) {
      row.address += minLength * Math.floor((opcode - opcodeBase) / lineRange);
      row.line += lineBase + ((opcode - opcodeBase) % lineRange);
      add();
    } else if (opcode === 0) {
      const body = c.sub(c.uleb());
      const extended = body.u8();
      if (extended === 2) row.address = Number(body.u64());
      if (extended !== 1) continue;
      sequences.push({ rows, end: row.address });
      rows = [];
      row = { address: 0, file: 1, line: 1, column: 0 };
    } else if (opcode === 1) add();
    else if (opcode === 2) row.address += minLength * c.uleb();
    else if (opcode === 3) row.line += c.sleb();
    else if (opcode === 4) row.file = c.uleb();
    else if (opcode === 5) row.column = c.uleb();
    else if (opcode === 8) row.address += minLength * Math.floor((255 - opcodeBase) / lineRange);
    else if (opcode === 9) row.address += c.u16();
    else for (let i = 0; i < operands[opcode - 1]!; i++) c.uleb();
  }
  return sequences;
}

function rowAt({ sequences }: Lines, address: number): Row | null {
  const sequence = sequences.find(
    ({ rows, end }) => rows[0]!.address > 0 && rows[0]!.address <= address && address < end,
  );
  return sequence?.rows.filter((row) => row.address <= address).at(-1) ?? null;
}
