// Whether a running daemon can name what it samples, and what to install so that it names more.
import type { Check } from './check.ts';
import { ok, warn } from './check.ts';
import { askJson } from './answers.ts';
import { CommandFailure } from './failure.ts';
import { percent } from './numbers.ts';
import type { ProfileClient } from './profile-client.ts';
import { formatCount } from './progress-line.ts';
import { printable } from './terminal-text.ts';

/** A daemon that is busy answers late; without one, the refusal comes at once. */
const ANSWER_MS = 5_000;
/** Objects told of: those that would gain most. */
const OBJECTS = 5;
/** An object with less than this share of the samples is not worth an installation. */
const WORTH_SHARE = 0.001;
/** More samples than this without a function name are worth a warning. */
const UNNAMED_WARN = 0.2;

/** The part of `/api/v1/status` that is looked at. */
interface Status {
  coverage: {
    samples: number;
    shares: Record<'line' | 'function' | 'object' | 'nothing', number> | null;
    gain: { path: string; samples: number; has: 'function' | 'object'; advice: string }[];
  };
}

/** One finding for all samples of the last minutes, then one for each object that would gain most. */
export async function checkSymbols(client: ProfileClient): Promise<Check[]> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const { coverage } = await askJson<Status>(client, '/api/v1/status', {}, ['coverage'], signal);
    return coverageChecks(coverage);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return [
      ok(NAME, `not looked at: ${error.message}`, 'a running daemon tells how well its samples are named'),
    ];
  }
}

const NAME = 'names';

export function coverageChecks({ samples, shares, gain }: Status['coverage']): Check[] {
  const why = 'what is known of where the samples of the last five minutes were taken';
  if (shares === null) return [ok(NAME, 'no samples in the last five minutes', why)];
  const { line, function: named, object, nothing } = shares;
  const found =
    `of ${formatCount(samples)} samples ${percent(line)} have a line, ${percent(named)} a function only, ` +
    `${percent(object)} their object only, ${percent(nothing)} nothing`;
  const worth = gain.filter((each) => each.advice !== '' && each.samples / samples >= WORTH_SHARE);
  const objects = worth.slice(0, OBJECTS).map((each) => objectCheck(each, samples));
  const mend = objects.length === 0 ? 'nothing that is known here would name more of them' : 'as told below';
  const summary = object + nothing > UNNAMED_WARN ? warn(NAME, found, why, mend) : ok(NAME, found, why);
  return [summary, ...objects];
}

function objectCheck({ path, samples, has, advice }: Status['coverage']['gain'][number], all: number): Check {
  const missing = has === 'function' ? 'functions without lines' : 'no function names';
  return warn(
    NAME,
    `${printable(path)}: ${missing}`,
    `${percent(samples / all)} of the samples are in it and have no line`,
    printable(advice),
  );
}
