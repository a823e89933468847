// Some rows of a recording, with the stacks that they have and no others.
import type { Recording, RecordedSamples } from './recording.ts';

/** `rows` in the order of time. */
export function onlyRows(recording: Recording, rows: readonly number[]): Recording {
  const samples = takeRows(recording.samples, rows);
  const numbers = new Map<number, number>();
  for (const stack of samples.stack) if (!numbers.has(stack)) numbers.set(stack, numbers.size);
  samples.stack = samples.stack.map((stack) => numbers.get(stack)!);
  return { ...recording, samples, stacks: Array.from(numbers.keys(), (stack) => recording.stacks[stack]!) };
}

function takeRows(samples: RecordedSamples, rows: readonly number[]): RecordedSamples {
  return {
    length: rows.length,
    sinceMs: Float64Array.from(rows, (row) => samples.sinceMs[row]!),
    cpu: Uint16Array.from(rows, (row) => samples.cpu[row]!),
    tid: Uint32Array.from(rows, (row) => samples.tid[row]!),
    threadName: Uint32Array.from(rows, (row) => samples.threadName[row]!),
    process: Uint32Array.from(rows, (row) => samples.process[row]!),
    stack: Uint32Array.from(rows, (row) => samples.stack[row]!),
    weightNs: Float64Array.from(rows, (row) => samples.weightNs[row]!),
    walk: Uint8Array.from(rows, (row) => samples.walk[row]!),
  };
}
