// The stacks of a window as routes answer them: filtered as pprof filters, grouped by a label or by leaf frames.
import { z } from '@hono/zod-openapi';
import type { GroupBy } from '../model/selector.ts';
import { isFrameField } from '../model/selector.ts';
import type { StackFilter } from '../model/stack-filters.ts';
import { MAX_PATTERN_LENGTH, STACK_FILTERS } from '../model/stack-filters.ts';
import type { StackTable } from '../model/stack-table.ts';
import { groupByLeaf } from '../query/leaf-groups.ts';
import type { FilterMatches } from '../query/stack-filter.ts';
import { filterStacks, filterTexts } from '../query/stack-filter.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { StoreError } from '../store/store-error.ts';
import { ApiError, PATTERN_HINT } from './errors.ts';
import type { Window } from './params.ts';

const WHAT = 'a function, a source file or an object that matches a part of this regular expression (RE2)';

function patternParam(description: string, example: string) {
  return z
    .string()
    .max(MAX_PATTERN_LENGTH, `must have at most ${MAX_PATTERN_LENGTH} characters`)
    .optional()
    .openapi({ description, example });
}

/** Parameters of every route that answers stacks; as pprof's options of these names, and in its order. */
export const filterQuery = {
  focus: patternParam(`Only stacks with ${WHAT}.`, 'parse|read'),
  ignore: patternParam(`No stacks with ${WHAT}.`, '^idle'),
  hide: patternParam(`Frames of ${WHAT} are left out of their stacks.`, 'libc\\.so'),
  show_from: patternParam(
    `Callers of the outermost frame of ${WHAT} are left out; stacks without one too.`,
    'main',
  ),
} satisfies Record<StackFilter, unknown>;

export type FilterParams = { [filter in StackFilter]?: string | undefined };

export interface StackParams extends FilterParams {
  groupBy?: GroupBy | undefined;
}

/** Throws the ApiError that names the filter whose pattern is malformed, before anything else is asked of the store. */
export async function windowStacks(
  store: ProfileStore,
  { selector, range, queryName = 'query' }: Window,
  { groupBy, ...filters }: StackParams,
): Promise<StackTable> {
  const asked = await matchesOf(store, filters, []);
  const label = isFrameField(groupBy) ? undefined : groupBy;
  const table = await naming(queryName, 'bad_selector', store.stacks(selector, range, label));
  const filtered =
    Object.keys(asked).length === 0
      ? table
      : filterStacks(table, await matchesOf(store, filters, filterTexts(table)));
  return isFrameField(groupBy) ? groupByLeaf(filtered, groupBy) : filtered;
}

async function matchesOf(
  store: ProfileStore,
  filters: FilterParams,
  texts: readonly string[],
): Promise<FilterMatches> {
  const matches: FilterMatches = {};
  for (const name of STACK_FILTERS) {
    const pattern = filters[name];
    // pprof takes an empty pattern for none.
    if (pattern === undefined || pattern === '') continue;
    matches[name] = await naming(name, 'bad_pattern', store.matchTexts(pattern, texts));
  }
  return matches;
}

/** What the store refuses for a pattern is told with the parameter that has it. */
async function naming<T>(parameter: string, code: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'bad-pattern') throw error;
    throw new ApiError(400, code, `${parameter}: ${error.message}`, PATTERN_HINT);
  }
}
