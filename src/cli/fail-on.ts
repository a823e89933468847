// `diff --fail-on more:1pp`: a limit to how far a function's share of CPU time may move.
import { InvalidArgumentError } from 'commander';
import type { DiffFunctionRow } from '../query/diff-functions.ts';
import { signedPoints } from './numbers.ts';
import { printable } from './terminal-text.ts';

export interface FailOn {
  direction: 'more' | 'less';
  /** Percentage points of the total share. */
  points: number;
}

export interface Exceeded {
  limit: FailOn;
  name: string;
  object: string;
  /** Total share after minus before, 0 to 1. */
  change: number;
}

/** `more:1pp`, `less:0.5pp`; may be given several times. */
export function parseFailOn(text: string, previous: readonly FailOn[] = []): readonly FailOn[] {
  const match = /^(more|less):(\d+(?:\.\d+)?)pp$/.exec(text);
  const points = Number(match?.[2]);
  if (!match || points > 100) {
    throw new InvalidArgumentError('It has the form more:1pp or less:0.5pp, in percentage points.');
  }
  return [...previous, { direction: match[1] as FailOn['direction'], points }];
}

/** Functions whose total share moved by more than a limit allows, largest move first. These are point estimates. */
export function exceeded(rows: readonly DiffFunctionRow[], limits: readonly FailOn[]): Exceeded[] {
  return rows
    .flatMap(({ name, object, left, right }) => {
      const change = right.totalShare - left.totalShare;
      const limit = limits.find(
        ({ direction, points }) => (direction === 'more' ? change : -change) * 100 > points,
      );
      return limit === undefined ? [] : [{ limit, name, object, change }];
    })
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
}

/** A caller that is much the slower brings its callees along: the first few tell enough. */
const LINES = 10;

/** A line for each, for standard error; empty where there is none. */
export function exceededText(beyond: readonly Exceeded[]): string {
  const lines = beyond.slice(0, LINES).map(({ limit, name, object, change }) => {
    const points = `${signedPoints(change)} points of total share`;
    return `pilotlight: ${printable(name)} (${printable(object)}): ${points}, beyond ${limit.direction}:${limit.points}pp\n`;
  });
  const more = beyond.length - lines.length;
  return lines.join('') + (more > 0 ? `pilotlight: and ${more} more functions (--json has all)\n` : '');
}
