// What the box about names says, as data: how much is known of the samples, and what would name more. No DOM here.
import type { CoverageLevel } from '../../../src/model/coverage.ts';
import { COVERAGE_LEVELS } from '../../../src/model/coverage.ts';
import type { StatusBody } from '../api.ts';
import { LEVEL_NAMES } from '../status-facts.ts';

export type CoverageBody = NonNullable<StatusBody['coverage']>;

export interface LevelShare {
  level: CoverageLevel;
  name: string;
  /** Of the samples. */
  share: number;
}

/** Best first; none without samples. */
export function levelShares({ shares }: CoverageBody): LevelShare[] {
  if (shares === null) return [];
  return COVERAGE_LEVELS.map((level) => ({ level, name: LEVEL_NAMES[level], share: shares[level] }));
}

export interface GainRow {
  /** Last part of the path. */
  object: string;
  /** Path and build id, for the title. */
  title: string;
  /** Of the samples: those in the object that have no line. */
  share: number;
  has: string;
  advice: string;
  /** Whether the advice is a command that can be run as it is. */
  isCommand: boolean;
}

export function gainRows({ gain, samples: all }: CoverageBody): GainRow[] {
  return gain.map(({ path, buildId, samples, has, advice }) => ({
    object: path.startsWith('/') ? path.slice(path.lastIndexOf('/') + 1) : path,
    title: buildId === '' ? path : `${path}\nbuild id ${buildId}`,
    share: all === 0 ? 0 : samples / all,
    has: LEVEL_NAMES[has],
    advice,
    isCommand: /^sudo /.test(advice),
  }));
}
