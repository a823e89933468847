// A ProfileStore over profiles written as text: known answers without a database. Read only.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CodeObject, ObjectKind } from '../../src/model/code-object.ts';
import { objectId } from '../../src/model/code-object.ts';
import type { GroupBy, LabelName, Matcher, Selector, TimeRange } from '../../src/model/selector.ts';
import { isNegative } from '../../src/model/selector.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { accountOf } from '../../src/store/accounting.ts';
import type { ExportedBundle } from '../../src/store/bundle-export.ts';
import type { BundleRequest } from '../../src/store/bundle-writer.ts';
import { heatmapGrid } from '../../src/store/heatmap-query.ts';
import type { Heatmap, ProfileStore, Series, StoreUsage } from '../../src/store/profile-store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import type { TextStack } from './text-profile.ts';
import { parseTextProfile } from './text-profile.ts';

/** 100 Hz: one sample is ten milliseconds, so that sums are round. */
export const PERIOD_NS = 10_000_000;

export interface FakeProfile {
  text: string;
  /** All samples of the text lie at this time. */
  timeMs: number;
}

interface Row extends TextStack {
  timeMs: number;
}

const KINDS: readonly (readonly [RegExp, ObjectKind])[] = [
  [/^\[kernel/, 'kernel'],
  [/^\[vdso\]$/, 'vdso'],
  [/^\[jit\]$/, 'jit'],
  [/^\[(marker|unknown)\]$/, 'marker'],
  [/^\[\w+\]$/, 'module'],
];

function codeObject(path: string): CodeObject {
  const kind = KINDS.find(([pattern]) => pattern.test(path))?.[1] ?? 'elf';
  return { id: objectId(kind, 'elf', path), kind, buildId: '', path, size: 0, addressing: 'elf' };
}

const LABEL_OF: Partial<Record<LabelName, (row: Row) => string>> = {
  comm: (row) => row.comm,
  kind: () => 'cpu',
  host: () => 'fake-host',
};

const labelOf = (label: LabelName, row: Row) => LABEL_OF[label]?.(row) ?? '';

/** Node 20 has no `Map.groupBy`. */
function byLabel(rows: readonly Row[], label: LabelName | undefined): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const value = label === undefined ? '' : labelOf(label, row);
    groups.set(value, [...(groups.get(value) ?? []), row]);
  }
  return groups;
}

/** JavaScript's regular expressions in the place of RE2: good enough for the patterns of tests. */
function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (error) {
    throw new StoreError('bad-pattern', `missing something: ${pattern}`, error);
  }
}

function holds(matcher: Matcher, text: string): boolean {
  return equal(matcher, text) !== isNegative(matcher.op);
}

function equal(matcher: Matcher, text: string): boolean {
  if ('values' in matcher) return matcher.values.includes(text);
  if (matcher.op === '=' || matcher.op === '!=') return text === matcher.value;
  return compile(`^(?:${matcher.value})$`).test(text);
}

const stackOf = ({ frames }: Row) => objectId('elf', 'elf', JSON.stringify(frames)) as bigint;

function select(rows: readonly Row[], selector: Selector, { fromMs, untilMs }: TimeRange): Row[] {
  // A malformed pattern is refused where there is nothing to match, too.
  for (const matcher of selector) equal(matcher, '');
  return rows.filter(
    (row) =>
      row.timeMs >= fromMs &&
      row.timeMs < untilMs &&
      selector.every((matcher) => holds(matcher, labelOf(matcher.label, row))),
  );
}

function stackTable(rows: readonly Row[], groupBy: LabelName | undefined): StackTable {
  const objects = new Map<string, { index: number; object: CodeObject }>();
  const locations = new Map<string, { index: number; object: number; name: string }>();
  const offsets = [0];
  const stackLocations: number[] = [];
  for (const { frames } of rows) {
    for (const { name, object: path } of frames.toReversed()) {
      const object = objects.get(path) ?? { index: objects.size, object: codeObject(path) };
      objects.set(path, object);
      const key = `${name}@${path}`;
      const location = locations.get(key) ?? { index: locations.size, object: object.index, name };
      locations.set(key, location);
      stackLocations.push(location.index);
    }
    offsets.push(stackLocations.length);
  }
  const all = [...locations.values()];
  return {
    count: Float64Array.from(rows, (row) => row.count),
    weightNs: Float64Array.from(rows, (row) => row.count * PERIOD_NS),
    ...(groupBy === undefined ? {} : { group: rows.map((row) => labelOf(groupBy, row)) }),
    stackIds: BigUint64Array.from(rows, stackOf),
    offsets: Uint32Array.from(offsets),
    stackLocations: Uint32Array.from(stackLocations),
    locationObject: Uint32Array.from(all, (location) => location.object),
    locationAddress: Float64Array.from(all, (location) => 0x1000 + 16 * location.index),
    locationFrames: all.map(({ name }) => [{ name, systemName: name, file: '', line: 0, column: 0 }]),
    locationNamed: Uint8Array.from(all, () => 1),
    objects: [...objects.values()].map(({ object }) => object),
    periodNs: rows.length === 0 ? 0 : PERIOD_NS,
  };
}

function seriesOf(rows: readonly Row[], range: TimeRange, stepMs: number, groupBy?: GroupBy): Series {
  const steps = Math.ceil((range.untilMs - range.fromMs) / stepMs);
  const series = [...byLabel(rows, groupBy as LabelName | undefined)].map(([value, group]) => {
    const count = new Float64Array(steps);
    for (const row of group) count[Math.floor((row.timeMs - range.fromMs) / stepMs)]! += row.count;
    return { value, count, weightNs: count.map((n) => n * PERIOD_NS) };
  });
  const sum = (column: Float64Array) => column.reduce((a, b) => a + b, 0);
  series.sort((a, b) => sum(b.count) - sum(a.count));
  return { fromMs: range.fromMs, stepMs, steps, series };
}

function heatmapOf(rows: readonly Row[], range: TimeRange, columnMs: number, rowMs: number): Heatmap {
  const grid = heatmapGrid(range, { columnMs, rowMs });
  const count = new Float64Array(grid.columns * grid.rows);
  for (const row of rows) {
    const column = Math.floor((row.timeMs - grid.startMs) / columnMs);
    const within = (row.timeMs - grid.startMs) % columnMs;
    count[column * grid.rows + Math.floor(within / rowMs)]! += row.count;
  }
  return { ...grid, columnMs, rowMs, count, weightNs: count.map((n) => n * PERIOD_NS) };
}

function usageOf(rows: readonly Row[]): StoreUsage {
  const times = rows.map((row) => row.timeMs);
  const none = { blocks: 0, bytes: 0, rows: 0, samples: 0, weightNs: 0 };
  return {
    bytes: 4096,
    hotBytes: 4096,
    tiers: { raw: none, '10s': none, '1min': none },
    brokenBlocks: 0,
    hotRows: rows.length,
    memoryBytes: 1_000_000,
    memoryLimitBytes: 256_000_000,
    samples: rows.reduce((sum, row) => sum + row.count, 0),
    stacks: rows.length,
    locations: 10,
    symbols: 10,
    objects: 3,
    processes: 2,
    oldestMs: rows.length === 0 ? null : Math.min(...times),
    newestMs: rows.length === 0 ? null : Math.max(...times),
  };
}

/** A folder with a bundle.json that lists nothing. */
async function emptyBundle({ range, query, version }: BundleRequest): Promise<ExportedBundle> {
  const path = await mkdtemp(join(tmpdir(), 'pilotlight-fake-bundle-'));
  const sums = { samples: 0, weightNs: 0, blocks: [], files: {} };
  const bundle = { about: '', format: 1, version, host: 'fake-host', createdMs: 0, ...range, query, ...sums };
  await writeFile(join(path, 'bundle.json'), JSON.stringify(bundle));
  return { path, bundle, remove: () => rm(path, { recursive: true, force: true }) };
}

function readOnly(): Promise<never> {
  return Promise.reject(new Error('the fake store is read only'));
}

export function fakeStore(...profiles: readonly FakeProfile[]): ProfileStore {
  const rows: Row[] = profiles.flatMap(({ text, timeMs }) =>
    parseTextProfile(text).map((stack) => ({ ...stack, timeMs })),
  );
  return {
    append: readOnly,
    appendSymbols: readOnly,
    unnamedLocations: () => Promise.resolve([]),
    incompleteObjects: () => Promise.resolve([]),
    incompleteLocations: () => Promise.resolve([]),
    ledger: () => Promise.resolve([]),
    stacks: async (selector, range, groupBy) => {
      await Promise.resolve();
      return stackTable(select(rows, selector, range), groupBy);
    },
    series: (selector, range, stepMs, groupBy, _limit, stacks) => {
      const kept = select(rows, selector, range).filter((row) => stacks?.includes(stackOf(row)) ?? true);
      return Promise.resolve(seriesOf(kept, range, stepMs, groupBy));
    },
    matchTexts: async (pattern, texts) => {
      await Promise.resolve();
      const compiled = compile(pattern);
      return new Set(texts.filter((text) => compiled.test(text)));
    },
    heatmap: (selector, range, columnMs, rowMs) =>
      Promise.resolve(heatmapOf(select(rows, selector, range), range, columnMs, rowMs)),
    labelNames: (selector, range) =>
      Promise.resolve(select(rows, selector, range).length === 0 ? [] : ['comm', 'host', 'kind']),
    labelValues: (label, selector, range, limit) => {
      const values = [...byLabel(select(rows, selector, range), label)].map(([value, group]) => ({
        value,
        count: group.reduce((sum, row) => sum + row.count, 0),
      }));
      values.sort((a, b) => b.count - a.count);
      return Promise.resolve({ values: values.slice(0, limit), hidden: Math.max(0, values.length - limit) });
    },
    usage: () => Promise.resolve(usageOf(rows)),
    diskAccount: () => Promise.resolve(accountOf([], [])),
    blocks: () => Promise.resolve([]),
    pins: () => Promise.resolve([]),
    pin: readOnly,
    unpin: readOnly,
    maintain: readOnly,
    sweep: readOnly,
    coverage: (range) => {
      const { samples } = usageOf(select(rows, [], range));
      const byLevel = { line: 0, function: samples, object: 0, nothing: 0 };
      return Promise.resolve({ samples, namedSamples: samples, byLevel, unresolved: [], gain: [] });
    },
    snapshot: () => Promise.reject(new Error('the fake store has no files')),
    exportBundle: emptyBundle,
    importBundle: readOnly,
    close: () => Promise.resolve(),
  };
}
