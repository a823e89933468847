// What a window of the recorded data must answer, by the plainest means: the reference that trees, tables, searches
// and outside tools are held against.
import type { RecordedSample } from './recorded-samples.ts';
import type { RecordedFrame } from './recorded-workload.ts';

export interface FunctionAnswer {
  name: string;
  object: string;
  /** Samples with the function as leaf. */
  selfCount: number;
  /** Samples with the function anywhere: once each, however often it recurs. */
  totalCount: number;
}

export interface WindowAnswers {
  samples: number;
  /** By `functionKey`. */
  functions: ReadonlyMap<string, FunctionAnswer>;
}

export function functionKey({ name, object }: RecordedFrame): string {
  return `${name}@${object}`;
}

export function answersOf(samples: readonly RecordedSample[]): WindowAnswers {
  const functions = new Map<string, FunctionAnswer>();
  const answerOf = (frame: RecordedFrame) => {
    const key = functionKey(frame);
    const known = functions.get(key) ?? { ...frame, selfCount: 0, totalCount: 0 };
    functions.set(key, known);
    return known;
  };
  for (const { frames } of samples) {
    const distinct = new Set(frames.map(answerOf));
    for (const answer of distinct) answer.totalCount++;
    answerOf(frames.at(-1)!).selfCount++;
  }
  return { samples: samples.length, functions };
}

/** Samples with a frame whose name or object has the text in it; case does not matter. */
export function samplesMatching(samples: readonly RecordedSample[], text: string): number {
  const needle = text.toLowerCase();
  const matches = ({ name, object }: RecordedFrame) => `${name}\0${object}`.toLowerCase().includes(needle);
  return samples.filter(({ frames }) => frames.some(matches)).length;
}
