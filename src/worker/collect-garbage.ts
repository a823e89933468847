// Gives back what a thread's jobs have left behind. V8 waits for more of it: tens of MB of typed arrays may lie there,
// unused, for as long as a thread has little to do.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** Bytes of this thread's heap and of the buffers that it holds; what nobody uses any more is among them. */
export function threadBytes(): number {
  const { used_heap_size: heap, external_memory: buffers } = getHeapStatistics();
  return heap + buffers;
}

/** A full collection of this thread's heap: some 10 ms. */
export function collectGarbage(): void {
  collect ??= exposedCollector();
  collect();
}

/** What `--expose-gc` gives, without the option on the process. */
function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
