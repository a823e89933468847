// pprof: a StackTable as a gzipped google.perftools.profiles.Profile (proto/profile.proto).
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FunctionInput, MappingInput, SampleInput } from 'pprof-format';
import { Profile, StringTable } from 'pprof-format';
import type { CodeObject } from '../model/code-object.ts';
import type { Frame } from '../model/frame.ts';
import type { TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';
import type { StackRows } from './stack-rows.ts';

export interface PprofOptions {
  range: TimeRange;
  /** Key of the per-sample label that carries the table's group values. Needs a table that was grouped. */
  groupBy?: string;
  /** Labels that every sample carries, such as the host. */
  labels?: Readonly<Record<string, string>>;
  /** Stacks that are the base of a diff: pprof gives percentages of them alone. */
  base?: StackRows;
  /** Free text kept in the profile (`go tool pprof -comments`). */
  comments?: readonly string[];
}

export async function encodePprof(table: StackTable, options: PprofOptions): Promise<Uint8Array> {
  const profile = buildProfile(table, options);
  return gzipAsync(await profile.encodeAsync());
}

const gzipAsync = promisify<Uint8Array, Uint8Array>(gzip);
const NS_PER_MS = 1_000_000n;
/**
 * Addresses are those of the ELF file already. A mapping of all the address space says so: pprof then takes no
 * load address off (`elfexec.GetBase`), and no address lies outside of its mapping.
 */
const ALL_ADDRESSES = 0xffff_ffff_ffff_ffffn;
/** How pprof marks samples of `-diff_base` in a profile that it saves (`DiffBaseSample` in its profile/profile.go). */
const BASE_LABEL = ['pprof::base', 'true'] as const;

function buildProfile(table: StackTable, options: PprofOptions): Profile {
  const strings = new StringTable();
  const text = (value: string) => strings.dedup(value);
  const cpu = { type: text('cpu'), unit: text('nanoseconds') };
  const functions = new FunctionRows(text);
  const mappings = mappingRows(table, text);
  return new Profile({
    stringTable: strings,
    sampleType: [{ type: text('samples'), unit: text('count') }, cpu],
    defaultSampleType: cpu.type,
    periodType: cpu,
    period: Math.round(table.periodNs),
    timeNanos: BigInt(Math.round(options.range.fromMs)) * NS_PER_MS,
    durationNanos: BigInt(Math.round(options.range.untilMs - options.range.fromMs)) * NS_PER_MS,
    comment: (options.comments ?? []).map(text),
    mapping: mappings.rows,
    location: table.locationFrames.map((frames, location) => ({
      id: location + 1,
      mappingId: mappings.idOfObject[table.locationObject[location]!] ?? 0,
      address: table.locationAddress[location]!,
      line: frames.map((frame) => ({
        functionId: functions.id(frame),
        line: frame.line,
        column: frame.column,
      })),
    })),
    function: functions.rows,
    sample: sampleRows(table, options, text),
  });
}

function sampleRows(
  table: StackTable,
  { labels = {}, groupBy, base }: PprofOptions,
  text: (value: string) => number,
): SampleInput[] {
  const labelOf = (key: string, value: string) => ({ key: text(key), str: text(value) });
  const constant = Object.entries(labels).map(([key, value]) => labelOf(key, value));
  const [baseKey, isBase] = BASE_LABEL;
  return Array.from(table.count, (count, stack) => {
    const label = [...constant];
    const value = table.group?.[stack] ?? '';
    // An absent label is how pprof says that a sample has no value for it.
    if (groupBy !== undefined && value !== '') label.push(labelOf(groupBy, value));
    if (base !== undefined && stack >= base.from && stack < base.until) label.push(labelOf(baseKey, isBase));
    const locations = table.stackLocations.subarray(table.offsets[stack], table.offsets[stack + 1]);
    return {
      locationId: Array.from(locations, (location) => location + 1),
      value: [Math.round(count), Math.round(table.weightNs[stack]!)],
      label,
    };
  });
}

/** One function per (name, linkage name, file). */
class FunctionRows {
  readonly rows: FunctionInput[] = [];
  readonly #ids = new Map<string, number>();
  readonly #text: (value: string) => number;

  constructor(text: (value: string) => number) {
    this.#text = text;
  }

  id(frame: Frame): number {
    const key = `${frame.name}\0${frame.systemName}\0${frame.file}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.rows.length + 1;
    this.rows.push({
      id,
      name: this.#text(frame.name),
      systemName: this.#text(frame.systemName),
      filename: this.#text(frame.file),
    });
    this.#ids.set(key, id);
    return id;
  }
}

/** Markers are in no object: their locations have mapping 0, "unknown". */
function mappingRows(table: StackTable, text: (value: string) => number) {
  const found = table.objects.map(() => ({
    functions: false,
    filenames: false,
    lines: false,
    inlined: false,
  }));
  table.locationFrames.forEach((frames, location) => {
    const has = found[table.locationObject[location]!];
    if (has === undefined || table.locationNamed[location] === 0) return;
    has.functions = true;
    has.filenames ||= frames.some((frame) => frame.file !== '');
    has.lines ||= frames.some((frame) => frame.line > 0);
    has.inlined ||= frames.length > 1;
  });
  const rows: MappingInput[] = [];
  const idOfObject = table.objects.map((object, index) => {
    if (object.kind === 'marker') return 0;
    const has = found[index]!;
    rows.push({
      id: rows.length + 1,
      memoryStart: 0,
      memoryLimit: ALL_ADDRESSES,
      fileOffset: 0,
      filename: text(mappingFilename(object)),
      buildId: text(object.buildId),
      // Where an ELF file gave us no name at all, pprof may try the file it finds; elsewhere there is no file.
      hasFunctions: has.functions || object.kind !== 'elf',
      hasFilenames: has.filenames,
      hasLineNumbers: has.lines,
      hasInlineFrames: has.inlined,
    });
    return rows.length;
  });
  return { rows, idOfObject };
}

/** What a mapping is called: the kernel as perf and pprof know it. */
export function mappingFilename(object: CodeObject): string {
  return object.kind === 'kernel' ? '[kernel.kallsyms]' : object.path;
}
