// A recording of a minute, small enough to be looked through: two programs, of which one was there before it began.
import type { ProcessInfo } from '../../../src/model/process.ts';
import { stackId } from '../../../src/model/stack.ts';
import type { Recording } from '../../../bench/store/recording.ts';
import { textStacks } from '../../query/text-columns.ts';
import { testLocation, testProcess } from '../../store/text-profile.ts';

export const STARTED_MS = 1_700_000_000_000;
const SECONDS = 60;
const PER_SECOND = 20;

const STACKS = `
main  main  main  start  start
a     b     c     a      d
x     x     y     z      z
p     q     u     r      s
1     1     1     1      1`;

export function smallRecording(): Recording {
  const stacks = textStacks(STACKS.trim()).map(({ frames }) => [...frames].reverse().map(testLocation));
  const places = new Map(stacks.flat().map((place) => [place.location.id, place]));
  const processes: ProcessInfo[] = [
    testProcess('daemon', { startMs: STARTED_MS - 1_000_000 }),
    testProcess('build', { startMs: STARTED_MS + 5 }),
  ];
  const length = SECONDS * PER_SECOND;
  const rows = Array.from({ length }, (_, row) => row);
  const ofStack = (row: number) => row % stacks.length;
  return {
    startedMs: STARTED_MS,
    threadNames: ['daemon', 'build'],
    processes,
    stacks: stacks.map((frames) => {
      const locations = frames.map(({ location }) => location.id);
      return { id: stackId(locations), locations };
    }),
    locations: Array.from(places.values(), ({ location }) => location),
    objects: [...new Map(Array.from(places.values(), ({ object }) => [object.id, object])).values()],
    symbols: Array.from(places.values(), ({ location, chain: [name = ''] }) => ({
      location: location.id,
      result: { ok: true, frames: [{ name, systemName: name, file: '', line: 0, column: 0 }] },
    })),
    samples: {
      length,
      sinceMs: Float64Array.from(rows, (row) => (row * 1000) / PER_SECOND),
      cpu: Uint16Array.from(rows, (row) => row % 2),
      // Stacks of `main` are the daemon's.
      process: Uint32Array.from(rows, (row) => (ofStack(row) < 3 ? 0 : 1)),
      tid: Uint32Array.from(rows, (row) => processes[ofStack(row) < 3 ? 0 : 1]!.pid + 1),
      threadName: Uint32Array.from(rows, (row) => (ofStack(row) < 3 ? 0 : 1)),
      stack: Uint32Array.from(rows, ofStack),
      weightNs: new Float64Array(length).fill(10_101_010),
      walk: new Uint8Array(length).fill(1),
    },
  };
}
