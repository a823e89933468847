// ProfileStore: the narrow interface between storage and everything that asks of it.
import type { CodeObject, ObjectId } from '../model/code-object.ts';
import type { SymbolResult } from '../model/frame.ts';
import type { Location, LocationId } from '../model/location.ts';
import type { ProfileBatch } from '../model/profile-batch.ts';
import type { LabelName, Selector, TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';

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

export interface StoreUsage {
  bytes: number;
  memoryBytes: number;
  memoryLimitBytes: number;
  samples: number;
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

export interface ProfileStore {
  /**
   * Stores a batch, the whole ledger of a session, and names (of earlier batches' locations, or of this one's) in one
   * transaction: after it resolves, all survive a crash; if it rejects, none is stored.
   */
  append(batch: ProfileBatch, ledger: readonly LedgerRow[], symbols?: readonly SymbolRow[]): Promise<void>;
  /** Stores or replaces names where no batch is there to take them along. */
  appendSymbols(rows: readonly SymbolRow[]): Promise<void>;
  /** Locations with neither a name nor a reason for having none, by object; at most `limit`. */
  unnamedLocations(limit: number): Promise<{ object: CodeObject; locations: Location[] }[]>;
  ledger(session: string): Promise<LedgerRow[]>;
  stacks(selector: Selector, range: TimeRange, groupBy?: LabelName): Promise<StackTable>;
  series(
    selector: Selector,
    range: TimeRange,
    stepMs: number,
    groupBy?: LabelName,
    limit?: number,
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
  usage(): Promise<StoreUsage>;
  /** Share of samples in the range with a named leaf, and objects that would gain most. */
  coverage(range: TimeRange): Promise<{
    samples: number;
    namedSamples: number;
    unresolved: { object: ObjectId; buildId: string; path: string; samples: number }[];
  }>;
  close(): Promise<void>;
}
