// What is searched for: parts of names of functions that are wide enough to be drawn, by us and by the peer.
import type { TopTable } from '../../src/query/top.ts';
import type { Recording } from './recording.ts';

/** A function of this share of the CPU time is some pixels wide wherever it is called from. */
const LEAST_SHARE = 0.01;
const TERMS = 12;

export async function searchTerms(origin: string, { fromMs, untilMs }: Recording): Promise<string[]> {
  const path = `/api/v1/top?from=${fromMs}&until=${untilMs}&sort=total&limit=200`;
  const answer = await fetch(origin + path);
  if (!answer.ok) throw new Error(`/api/v1/top answered ${answer.status}`);
  const { functions } = (await answer.json()) as TopTable;
  const words = functions
    .filter(({ totalShare }) => totalShare >= LEAST_SHARE)
    // Letters only: the peer takes a pattern, in which case matters.
    .flatMap(({ name }) => /[a-zA-Z]{3,6}/.exec(name)?.[0] ?? []);
  const distinct = [...new Set(words)].slice(0, TERMS);
  if (distinct.length === 0) throw new Error('the recording has no function to search for');
  return distinct;
}
