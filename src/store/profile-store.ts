// ProfileStore: the narrow interface between storage and everything that asks of it.
import type { Bundle } from '../model/bundle.ts';
import type { CodeObject, ObjectId } from '../model/code-object.ts';
import type { CoverageLevel } from '../model/coverage.ts';
import type { MissReason, SymbolResult } from '../model/frame.ts';
import type { Location, LocationId } from '../model/location.ts';
import type { ProfileBatch } from '../model/profile-batch.ts';
import type { GroupBy, LabelName, Selector, TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';
import type { DiskAccount } from './accounting.ts';
import type { ExportedBundle } from './bundle-export.ts';
import type { ImportedBlock } from './bundle-import.ts';
import type { BundleRequest } from './bundle-writer.ts';
import type { StoreSnapshot } from './snapshot.ts';

/** What one CPU of one sampling session has come to, kept in the same transaction as the samples. */
export interface LedgerRow {
  session: string;
  cpu: number;
  /** Samples of this CPU and session that are stored. */
  stored: number;
  /** Records of this CPU that were taken from its log, whatever became of them. */
  consumed: number;
  /** Losses after the log (cumulative, by name). */
  losses: Record<string, number>;
}

export interface SeriesPoints {
  /** Value of the label grouped by; '' without grouping. */
  value: string;
  /** CPU time per step, ns; one entry per step of the answer. */
  weightNs: Float64Array;
  count: Float64Array;
}
export interface Series {
  fromMs: number;
  stepMs: number;
  steps: number;
  /** Largest total first. */
  series: SeriesPoints[];
}

/** CPU time and samples per cell; cell (column, row) is at `column * rows + row`. */
export interface Heatmap {
  /** Where the first column begins: at a multiple of `columnMs`, at or before the range. */
  startMs: number;
  columnMs: number;
  rowMs: number;
  columns: number;
  rows: number;
  weightNs: Float64Array;
  count: Float64Array;
}

/** Age tiers of blocks: every sample, sums of 10 s, sums of a minute. */
export const TIERS = ['raw', '10s', '1min'] as const;
export type Tier = (typeof TIERS)[number];

/** Of a block. Others exist only while a step of upkeep is under way, or until the next start after a kill. */
export type BlockState = 'live' | 'broken';

/** An immutable folder of Parquet files, DATA_DIR/blocks/ID, with the samples of a stretch of time. */
export interface Block {
  id: string;
  state: BlockState;
  /** Why it is broken; '' where it is not. */
  reason: string;
  tier: Tier;
  /** Its first sample (or bucket), and the end of its last one, ms since the epoch. */
  fromMs: number;
  untilMs: number;
  /** Rows of samples.parquet; the samples they stand for; their CPU time, ns. */
  rows: number;
  samples: number;
  weightNs: number;
  /** All files of the folder. */
  bytes: number;
}

/** A window that is neither deleted nor rolled up. */
export interface Pin {
  id: string;
  fromMs: number;
  untilMs: number;
  note: string;
  createdMs: number;
}

/** How long what is kept, and how much. */
export interface UpkeepPolicy {
  /** Every sample is kept so long. */
  rawForMs: number;
  /** Samples are deleted at this age. */
  retentionMs: number;
  /** What everything in the data directory may take; the oldest blocks are deleted beyond it. */
  retentionBytes: number;
  /** Deletes nothing by age: for while the clock may be wrong. */
  holdAge?: boolean;
}

/** What a step of upkeep did. */
export interface UpkeepStep {
  did: 'sealed' | 'merged' | 'rolled-up' | 'deleted' | 'set-aside';
  /** A sentence about it for the log, without a full stop. */
  what: string;
}

export interface TierUsage {
  blocks: number;
  bytes: number;
  rows: number;
  samples: number;
  weightNs: number;
}

export interface StoreUsage {
  /** Of the database and the blocks. */
  bytes: number;
  /** Of the database alone: samples that are in no block yet, and the definitions of all. */
  hotBytes: number;
  /** Live blocks by tier. */
  tiers: Record<Tier, TierUsage>;
  /** Blocks that are set aside because they cannot be read. */
  brokenBlocks: number;
  memoryBytes: number;
  memoryLimitBytes: number;
  /** Hot and in blocks. */
  samples: number;
  /** Rows of samples that are in no block yet. */
  hotRows: number;
  stacks: number;
  locations: number;
  symbols: number;
  objects: number;
  processes: number;
  oldestMs: number | null;
  newestMs: number | null;
}

export interface SymbolRow {
  location: LocationId;
  result: SymbolResult;
}

/** An object with locations that lack a name or a line. */
export interface IncompleteObject {
  object: CodeObject;
  /** What could name it when these locations were last named again; null where they never were. */
  version: string | null;
  /** Locations whose object could not be read (`isUnread`): now, and when they were last named again. */
  unread: number;
  unreadThen: number;
}

/** What a stored location is called, or why it has no name. */
export interface StoredName {
  location: Location;
  result: SymbolResult;
}

/** The end of naming an object's locations again. */
export interface NamedAgain {
  object: ObjectId;
  /** What named them. */
  version: string;
  /** Locations whose object could not be read all the same. */
  unread: number;
}

/** An object with samples that have no line, and what can be said of how to get them. */
export interface GainingObject {
  object: CodeObject;
  /** Without a line. */
  samples: number;
  /** What most of them have. */
  has: CoverageLevel & ('function' | 'object');
  /** Why the heaviest location without a name has none; '' where all have one, or none was asked for yet. */
  reason: MissReason | '';
  /** Of a JIT region: the program that its process runs; '' where unknown. */
  exe: string;
}

/** How well samples are named, by their leaf. */
export interface Coverage {
  samples: number;
  /** With a function. */
  namedSamples: number;
  byLevel: Record<CoverageLevel, number>;
  /** Objects with samples that have no name, most first. */
  unresolved: { object: ObjectId; buildId: string; path: string; samples: number }[];
  /** Objects with samples that have no line, most first. */
  gain: GainingObject[];
}

/** Whatever takes a selector rejects with a StoreError of kind 'bad-pattern' where one of its patterns is malformed. */
export interface ProfileStore {
  /**
   * Stores a batch, the whole ledger of a session, and names (of earlier batches' locations, or of this one's) in one
   * transaction: after it resolves, all survive a crash; if it rejects, none is stored.
   */
  append(batch: ProfileBatch, ledger: readonly LedgerRow[], symbols?: readonly SymbolRow[]): Promise<void>;
  /**
   * Stores or replaces names where no batch is there to take them along; in the same transaction that all of an
   * object's incomplete locations have been named again.
   */
  appendSymbols(rows: readonly SymbolRow[], again?: NamedAgain): Promise<void>;
  /** Locations with neither a name nor a reason for having none, by object; at most `limit`. */
  unnamedLocations(limit: number): Promise<{ object: CodeObject; locations: Location[] }[]>;
  /**
   * Objects with locations that were named and lack a function or a line, in the order of ids and beyond one of them
   * (0 for all); at most `limit`.
   */
  incompleteObjects(limit: number, beyond: bigint): Promise<IncompleteObject[]>;
  /** Such locations of an object beyond an address (-1 for all), in the order of addresses; at most `limit`. */
  incompleteLocations(object: ObjectId, beyond: number, limit: number): Promise<StoredName[]>;
  ledger(session: string): Promise<LedgerRow[]>;
  stacks(selector: Selector, range: TimeRange, groupBy?: LabelName): Promise<StackTable>;
  /** `stacks`: of samples of these alone (`StackTable.stackIds`). */
  series(
    selector: Selector,
    range: TimeRange,
    stepMs: number,
    groupBy?: GroupBy,
    limit?: number,
    stacks?: BigUint64Array,
  ): Promise<Series>;
  /** Samples outside of the range are not in the cells that it cuts. `columnMs` and `rowMs` are whole ms. */
  heatmap(selector: Selector, range: TimeRange, columnMs: number, rowMs: number): Promise<Heatmap>;
  /** Label names that have a value in the range. */
  labelNames(selector: Selector, range: TimeRange): Promise<LabelName[]>;
  /** Values of a label, most samples first; `hidden` counts the values beyond `limit`. */
  labelValues(
    label: LabelName,
    selector: Selector,
    range: TimeRange,
    limit: number,
  ): Promise<{ values: { value: string; count: number }[]; hidden: number }>;
  /**
   * Those of the texts that a regular expression (RE2) matches a part of. Rejects with a StoreError of kind 'bad-pattern'
   * where it is malformed, also without any texts.
   */
  matchTexts(pattern: string, texts: readonly string[]): Promise<ReadonlySet<string>>;
  usage(): Promise<StoreUsage>;
  /** What the blocks take, by day, tier and label. */
  diskAccount(): Promise<DiskAccount>;
  /** The oldest first, broken ones among them. */
  blocks(): Promise<Block[]>;
  /** The earliest first. */
  pins(): Promise<Pin[]>;
  /** Keeps a window from being deleted or rolled up. Rejects with kind 'bad-query' where it is empty. */
  pin(range: TimeRange, note: string): Promise<Pin>;
  /** False where there is no such pin. */
  unpin(id: string): Promise<boolean>;
  /**
   * One step of upkeep: seals samples of an hour that is over, merges blocks, rolls them up, or deletes some; null where nothing is
   * left to do. Appends and reads go on beside it. One call at a time. `nowMs` is the wall clock.
   */
  maintain(nowMs: number, policy: UpkeepPolicy): Promise<UpkeepStep | null>;
  /**
   * Deletes definitions and names that no stored sample refers to; resolves to the number of stacks, locations, objects
   * and processes. Every batch that is appended from now on has to define again what it refers to
   * (`Collector.forgetDefinitions`).
   */
  sweep(): Promise<number>;
  coverage(range: TimeRange): Promise<Coverage>;
  /**
   * What is stored now, for another process to read: a copy in `directory`, or the files themselves where the store was
   * opened for reading only and nothing changes them. Rejects with a StoreError of kind 'no-space' where a copy has no room.
   */
  snapshot(directory: string): Promise<StoreSnapshot>;
  /**
   * Writes the samples of a window as blocks to a folder of their own, which the caller removes. One at a time: rejects
   * with kind 'busy' meanwhile, and with 'no-space' where the disk has no room for it.
   */
  exportBundle(request: BundleRequest): Promise<ExportedBundle>;
  /**
   * Takes in the blocks of a bundle that `verifyBundle` has read; those whose samples are there already are left out.
   * Rejects where they cannot be copied: then none was taken in.
   */
  importBundle(path: string, bundle: Bundle): Promise<ImportedBlock[]>;
  close(): Promise<void>;
}
