// GET /api/v1/series: CPU time over time, by any label.
import { createRoute, z } from '@hono/zod-openapi';
import type { TimeRange } from '../../model/selector.ts';
import { parseDuration } from '../../query/time.ts';
import type { App, ServerContext } from '../context.ts';
import { ApiError } from '../errors.ts';
import type { Window } from '../params.ts';
import { groupByParam, integerParam, readWindow, windowQuery } from '../params.ts';
import { errorResponses, jsonResponse } from '../responses.ts';
import type { ProfileStore } from '../../store/profile-store.ts';
import type { FilterParams } from '../window-stacks.ts';
import { filterQuery, windowStacks } from '../window-stacks.ts';

/** Points per series; Prometheus has the same bound. */
export const MAX_STEPS = 11_000;
/** Steps of the answer where none is asked for: about one per four pixels of a wide page. */
const DEFAULT_STEPS = 300;

const seriesSchema = z
  .object({
    fromMs: z.number(),
    stepMs: z.number(),
    steps: z.number().int(),
    unit: z.literal('nanoseconds').openapi({ description: 'Of `weightNs`: CPU time per step.' }),
    series: z.array(
      z.object({
        value: z
          .string()
          .openapi({ description: "'' holds samples without a value and those beyond the limit." }),
        weightNs: z.array(z.number()),
        count: z.array(z.number()),
      }),
    ),
  })
  .openapi('Series');

const route = createRoute({
  method: 'get',
  path: '/api/v1/series',
  summary:
    'CPU time per step of a window, or of the stacks that filters leave, grouped by a label or by leaf frames.',
  request: {
    query: windowQuery.extend({
      groupBy: groupByParam,
      step: z.string().optional().openapi({
        description: 'Length of a step; default a 300th of the window, at least 1 s.',
        example: '10s',
      }),
      limit: integerParam(1, 200, 20, 'Series at most, largest first.'),
      focus: filterQuery.focus,
      ignore: filterQuery.ignore,
    }),
  },
  responses: { 200: jsonResponse(seriesSchema, 'The series.'), ...errorResponses },
});

function readStep(step: string | undefined, range: TimeRange): number {
  const lengthMs = range.untilMs - range.fromMs;
  if (step === undefined) return Math.max(1000, Math.ceil(lengthMs / DEFAULT_STEPS / 1000) * 1000);
  const parsed = parseDuration(step);
  if (!parsed.ok) throw new ApiError(400, 'bad_step', `step: ${parsed.message}`);
  const steps = Math.ceil(lengthMs / parsed.ms);
  if (steps <= MAX_STEPS) return parsed.ms;
  throw new ApiError(
    400,
    'too_many_points',
    `the window has ${steps} steps of ${parsed.ms} ms, at most ${MAX_STEPS} are answered`,
    `use a step of at least ${Math.ceil(lengthMs / MAX_STEPS / 1000)}s`,
  );
}

/** Of the stacks that the filters leave: a function's series is that of the stacks it is in. */
async function stackIdsOf(
  store: ProfileStore,
  window: Window,
  filters: FilterParams,
): Promise<BigUint64Array> {
  const { stackIds } = await windowStacks(store, window, filters);
  if (stackIds === undefined) throw new Error('the stacks of a store have no ids');
  return stackIds;
}

export function seriesRoutes(app: App, { store, now }: ServerContext): void {
  app.openapi(route, async (c) => {
    const { groupBy, step, limit, focus, ignore, ...asked } = c.req.valid('query');
    const window = readWindow(asked, now());
    const { selector, range } = window;
    const stepMs = readStep(step, range);
    const filtered = (focus ?? '') !== '' || (ignore ?? '') !== '';
    const stacks = filtered ? await stackIdsOf(store, window, { focus, ignore }) : undefined;
    const answer = await store.series(selector, range, stepMs, groupBy, limit, stacks);
    const series = answer.series.map(({ value, weightNs, count }) => ({
      value,
      weightNs: [...weightNs],
      count: [...count],
    }));
    return c.json({ ...answer, unit: 'nanoseconds' as const, series }, 200);
  });
}
