// speedscope's own file format (https://www.speedscope.app/file-format-schema.json): a sampled profile whose samples
// are the distinct stacks.
import type { TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';
import type { FunctionTable } from './function-table.ts';
import { functionTable } from './function-table.ts';

export interface SpeedscopeOptions {
  range: TimeRange;
  /** What was profiled; shown as the title. */
  name: string;
}

/** The parts of the format that are written. */
export interface SpeedscopeFile {
  $schema: 'https://www.speedscope.app/file-format-schema.json';
  name: string;
  exporter: string;
  activeProfileIndex: number;
  shared: { frames: SpeedscopeFrame[] };
  profiles: [SpeedscopeProfile];
}

export interface SpeedscopeFrame {
  name: string;
  /** Source file, or the object where that is not known (as speedscope reads `perf script`). */
  file?: string;
  /** 1-based. */
  line?: number;
}

export interface SpeedscopeProfile {
  type: 'sampled';
  name: string;
  unit: 'nanoseconds';
  startValue: 0;
  /** CPU time of all samples, ns. */
  endValue: number;
  /** Indices into the shared frames, outermost first. */
  samples: number[][];
  /** CPU time of each, ns. */
  weights: number[];
}

export function encodeSpeedscope(table: StackTable, { range, name }: SpeedscopeOptions): string {
  const functions = functionTable(table);
  const stacks = weighedStacks(table, functions);
  const weights = stacks.map(({ weightNs }) => weightNs);
  const [from, until] = [range.fromMs, range.untilMs].map((ms) => new Date(ms).toISOString());
  const file: SpeedscopeFile = {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name,
    exporter: 'pilotlight',
    activeProfileIndex: 0,
    shared: { frames: sharedFrames(table, functions) },
    profiles: [
      {
        type: 'sampled',
        name: `${name}, ${from!} to ${until!}`,
        unit: 'nanoseconds',
        startValue: 0,
        endValue: weights.reduce((sum, weightNs) => sum + weightNs, 0),
        samples: stacks.map(({ frames }) => frames),
        weights,
      },
    ],
  };
  return JSON.stringify(file);
}

/** One frame per function, as everywhere: speedscope tells frames apart by their index. */
function sharedFrames(table: StackTable, functions: FunctionTable): SpeedscopeFrame[] {
  const firstLines = new Map<number, number>();
  table.locationFrames.forEach((frames, location) => {
    frames.forEach(({ line }, depth) => {
      const fn = functions.chain[functions.chainOffsets[location]! + depth]!;
      if (line > 0) firstLines.set(fn, Math.min(line, firstLines.get(fn) ?? Infinity));
    });
  });
  return Array.from(functions.functionName, (name, fn) => {
    const source = functions.functionFile[fn]!;
    const file = source === '' ? functions.objects[functions.functionObject[fn]!]! : source;
    // The first of its lines that was seen running is the nearest to where the function begins.
    const line = source === '' ? undefined : firstLines.get(fn);
    return {
      name: functions.names[name]!,
      ...(file === '' ? {} : { file }),
      ...(line === undefined ? {} : { line }),
    };
  });
}

interface WeighedStack {
  /** Functions, outermost first. */
  frames: number[];
  weightNs: number;
}

/** Each distinct stack once; those that begin alike lie together, so that the view by time reads like a flame graph. */
function weighedStacks(table: StackTable, functions: FunctionTable): WeighedStack[] {
  const stacks = new Map<string, WeighedStack>();
  table.weightNs.forEach((weightNs, stack) => {
    const frames = framesOf(table, functions, stack);
    const key = frames.join(' ');
    const known = stacks.get(key);
    if (known === undefined) stacks.set(key, { frames, weightNs });
    else known.weightNs += weightNs;
  });
  return [...stacks.values()].sort((a, b) => comparePaths(a.frames, b.frames));
}

function framesOf(
  { offsets, stackLocations }: StackTable,
  { chain, chainOffsets }: FunctionTable,
  stack: number,
): number[] {
  const frames: number[] = [];
  for (let at = offsets[stack + 1]! - 1; at >= offsets[stack]!; at--) {
    const location = stackLocations[at]!;
    for (let link = chainOffsets[location + 1]! - 1; link >= chainOffsets[location]!; link--) {
      frames.push(chain[link]!);
    }
  }
  return frames;
}

function comparePaths(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((frame, depth) => frame !== b[depth]);
  return differs < 0 ? a.length - b.length : a[differs]! - (b[differs] ?? -1);
}
