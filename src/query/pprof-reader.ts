// A pprof file that somebody else wrote, checked as it is read: every index of it may point nowhere.
import { gunzipSync } from 'node:zlib';
import type { Line, Location, Mapping, Sample } from 'pprof-format';
import { Profile } from 'pprof-format';

/** Its message says what is wrong with the file, fit for people. */
export class PprofError extends Error {
  override readonly name = 'PprofError';
}

/** Decompressed. Profiles of Go's own are below 10 MB; this is about a million stacks. */
const MAX_BYTES = 512 * 2 ** 20;

export interface PprofFrame {
  name: string;
  systemName: string;
  file: string;
  line: number;
  column: number;
}

type Numeric = number | bigint;

/** As an int64 of the protocol: the library gives negative ones as large. */
export function signed(value: Numeric | undefined): number {
  return Number(BigInt.asIntN(64, BigInt(value ?? 0)));
}

export class PprofReader {
  readonly profile: Profile;
  /** By id. */
  readonly locations: ReadonlyMap<string, Location>;
  readonly mappings: ReadonlyMap<string, Mapping>;
  readonly #functions: ReadonlyMap<string, Profile['function'][number]>;

  /** Throws a PprofError where the bytes are no pprof file, or decompressed more than `maxBytes`. */
  constructor(bytes: Uint8Array, maxBytes: number = MAX_BYTES) {
    this.profile = decode(decompress(bytes, maxBytes));
    const { location, mapping, function: functions } = this.profile;
    this.locations = byId(location);
    this.mappings = byId(mapping);
    this.#functions = byId(functions);
  }

  /** '' where the index points nowhere. */
  text(index: Numeric | undefined): string {
    return this.profile.stringTable.strings[Number(index ?? 0)] ?? '';
  }

  /** `cpu/nanoseconds` and the like, in the order of a sample's values. */
  get sampleTypes(): string[] {
    return this.profile.sampleType.map(({ type, unit }) => `${this.text(type)}/${this.text(unit)}`);
  }

  /** Inline chain of a location, innermost first; empty where it has no names. */
  frames({ line }: Location): PprofFrame[] {
    return line.flatMap((each) => this.#frame(each) ?? []);
  }

  #frame({ functionId, line, column }: Line): PprofFrame | undefined {
    const found = this.#functions.get(String(functionId));
    if (found === undefined) return undefined;
    const name = this.text(found.name) || this.text(found.systemName);
    if (name === '') return undefined;
    return {
      name,
      systemName: this.text(found.systemName) || name,
      file: this.text(found.filename),
      line: uint32(line),
      column: uint32(column),
    };
  }

  /** Of a sample; undefined where it has none of that name with a text. */
  label(sample: Sample, name: string): string | undefined {
    const found = sample.label.find(({ key, str }) => this.text(key) === name && Number(str) !== 0);
    return found === undefined ? undefined : this.text(found.str);
  }
}

function byId<T extends { id: Numeric }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [String(row.id), row]));
}

function uint32(value: Numeric | undefined): number {
  return Math.min(Math.max(signed(value), 0), 0xffff_ffff);
}

function decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const why = tooLarge
      ? `it has more than ${Math.round(maxBytes / 2 ** 20)} MiB decompressed`
      : 'its gzip data is damaged';
    throw new PprofError(why, { cause: error });
  }
}

function decode(bytes: Uint8Array): Profile {
  let profile: Profile;
  try {
    profile = Profile.decode(bytes);
  } catch (error) {
    throw new PprofError('it is no pprof file', { cause: error });
  }
  // Protocol buffers take many texts for messages without any known field.
  if (profile.sampleType.length === 0)
    throw new PprofError('it is no pprof file: it names no type of samples');
  return profile;
}
