// What is walked: programs as Debian has them, and recursion in which both walks find every frame.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bounded } from '../lib/perf-record.ts';
import { missingOf, WORKLOADS } from '../lib/workloads.ts';

const RECURSION = fileURLToPath(new URL('./recursion.c', import.meta.url));

export interface Load {
  name: string;
  /** As the report shows it. */
  what: string;
  /** Both walks find (nearly) the same frames. */
  equalDepth: boolean;
  missing: readonly string[];
  /** Builds into the folder; gives the command. It ends by itself a little after `seconds`. */
  prepare: (folder: string, seconds: number) => string[];
}

const REAL = ['openssl', 'python', 'zstd', 'gcc', 'node'];
const DEPTHS = [12, 32, 62, 122];
/** Of the recursion's work: within the first-level cache, and beyond the second. */
const HOT_KIB = 16;
const COLD_KIB = 8192;

export const LOADS: readonly Load[] = [
  ...DEPTHS.map((depth) => recursion(depth, HOT_KIB, 'hot')),
  recursion(32, COLD_KIB, 'cold'),
  ...WORKLOADS.filter(({ name }) => REAL.includes(name)).map((workload): Load => {
    const { name, what, prepare } = workload;
    return {
      name,
      what,
      equalDepth: name === 'node', // V8's code and Node's own keep frame pointers
      missing: missingOf(workload),
      prepare: (folder, seconds) => bounded(seconds, prepare(folder, seconds)),
    };
  }),
];

function recursion(depth: number, kib: number, caches: 'hot' | 'cold'): Load {
  return {
    name: `depth-${depth}${caches === 'hot' ? '' : '-cold'}`,
    what: `recursion ${depth} deep, ${caches} caches`,
    equalDepth: true,
    missing: missingOf({ name: '', what: '', needs: ['gcc'], prepare: () => [] }),
    prepare: (folder, seconds) => {
      const program = join(folder, 'recursion');
      const flags = ['-O1', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls'];
      execFileSync('gcc', [...flags, '-o', program, RECURSION]);
      return bounded(seconds, [program, String(depth), String(kib)]);
    },
  };
}
