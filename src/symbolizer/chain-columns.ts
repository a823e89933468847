// Inline chains as columns: cheap to post, and a function that many addresses share is told once.
import type { Frame, MissReason, SymbolResult } from '../model/frame.ts';
import type { SourceFrame } from './source-frame.ts';

/** Indices are 0-based. */
export interface ChainColumns {
  /** Each once. */
  strings: string[];
  /** `FRAME_FIELDS` per frame: shown name, linkage name and file (indices into `strings`), line, column, tier (as a name). */
  frames: Uint32Array;
  /** Chain i's frames are `[chains[i], chains[i + 1])`, innermost first. */
  chains: Uint32Array;
  /** Per address: a chain, or -1 - index into MISS_REASONS. */
  outcome: Int32Array;
}

const FRAME_FIELDS = 6;

export const MISS_REASONS: readonly MissReason[] = [
  'no-file',
  'no-symbols',
  'not-covered',
  'bad-format',
  'no-map',
  'no-permission',
];

/** Collects the answers to a job's addresses, in their order. */
export class ChainWriter {
  private readonly demangle: (linkageName: string) => string;
  private readonly places = new Map<string, number>();
  private readonly shown = new Map<string, number>();
  private readonly frames: number[] = [];
  private readonly chains: number[] = [0];
  private readonly known = new Map<string, number>();
  private readonly outcome: Int32Array;
  private count = 0;

  constructor(addresses: number, demangle: (linkageName: string) => string) {
    this.outcome = new Int32Array(addresses);
    this.demangle = demangle;
  }

  chain(frames: readonly SourceFrame[]): void {
    const fields = frames.flatMap(({ name, file, line, column, tier }) => [
      this.shownName(name),
      this.place(name),
      this.place(file),
      line,
      column,
      this.place(tier ?? ''),
    ]);
    const key = fields.join();
    let chain = this.known.get(key);
    if (chain === undefined) {
      chain = this.chains.length - 1;
      this.known.set(key, chain);
      for (const field of fields) this.frames.push(field);
      this.chains.push(this.frames.length / FRAME_FIELDS);
    }
    this.outcome[this.count++] = chain;
  }

  miss(reason: MissReason): void {
    this.outcome[this.count++] = missOutcome(reason);
  }

  finish(): ChainColumns {
    return {
      strings: [...this.places.keys()],
      frames: Uint32Array.from(this.frames),
      chains: Uint32Array.from(this.chains),
      outcome: this.outcome,
    };
  }

  private shownName(name: string): number {
    let place = this.shown.get(name);
    if (place === undefined) {
      place = this.place(this.demangle(name));
      this.shown.set(name, place);
    }
    return place;
  }

  private place(text: string): number {
    let place = this.places.get(text);
    if (place === undefined) {
      place = this.places.size;
      this.places.set(text, place);
    }
    return place;
  }
}

/** Every address with the same miss. */
export function missColumns(count: number, reason: MissReason): ChainColumns {
  const outcome = new Int32Array(count).fill(missOutcome(reason));
  return { strings: [], frames: new Uint32Array(0), chains: Uint32Array.of(0), outcome };
}

/** One result per address. Addresses of one chain share it. */
export function resultsOf(columns: ChainColumns): SymbolResult[] {
  const { chains, outcome } = columns;
  const named = Array.from({ length: chains.length - 1 }, (_, chain): SymbolResult => ({
    ok: true,
    frames: Array.from({ length: chains[chain + 1]! - chains[chain]! }, (_, i) =>
      frameAt(columns, chains[chain]! + i),
    ),
  }));
  const missed = MISS_REASONS.map((reason): SymbolResult => ({ ok: false, reason }));
  return Array.from(outcome, (n) => (n >= 0 ? named[n]! : missed[-1 - n]!));
}

/** For `postMessage`: moved, not copied. */
export function buffersOf({ frames, chains, outcome }: ChainColumns): ArrayBuffer[] {
  return [frames, chains, outcome].map(({ buffer }) => buffer as ArrayBuffer);
}

function frameAt({ strings, frames }: ChainColumns, frame: number): Frame {
  const [name, systemName, file, line, column, tier] = frames.subarray(frame * FRAME_FIELDS);
  return {
    name: strings[name!]!,
    systemName: strings[systemName!]!,
    file: strings[file!]!,
    line: line!,
    column: column!,
    ...tierOf(strings[tier!]!),
  };
}

function tierOf(tier: string): { tier?: string } {
  return tier === '' ? {} : { tier };
}

function missOutcome(reason: MissReason): number {
  return -1 - MISS_REASONS.indexOf(reason);
}
