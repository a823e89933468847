// GET /api/v1/status: the sums of the law of conservation, our own cost, budgets, what could be named.
import { createRoute, z } from '@hono/zod-openapi';
import type { LabelAccount } from '../../store/accounting.ts';
import { outlookOf } from '../../store/accounting-outlook.ts';
import type { ProfileStore } from '../../store/profile-store.ts';
import type { App, ServerContext } from '../context.ts';
import { DEFAULT_WINDOW_MS } from '../params.ts';
import { errorResponses, jsonResponse } from '../responses.ts';
import type { StatusBody } from '../status.ts';
import { statusSchema } from '../status.ts';

/** Each may cost a look at the host's files. */
const GAINING_OBJECTS = 10;

/** Of the disk account: a year, and as many values as a person looks at. */
const SHOWN_DAYS = 366;
const SHOWN_VALUES = 10;

const route = createRoute({
  method: 'get',
  path: '/api/v1/status',
  summary: 'How sampling and storing are going.',
  request: { query: z.strictObject({}) },
  responses: { 200: jsonResponse(statusSchema, 'The state.'), ...errorResponses },
});

/** Of the last five minutes: what a page opened now would show. */
async function coverage({ store, advisor, now }: ServerContext): Promise<StatusBody['coverage']> {
  const untilMs = now();
  const range = { fromMs: untilMs - DEFAULT_WINDOW_MS, untilMs };
  const { samples, namedSamples, byLevel, unresolved, gain } = await store.coverage(range);
  const gaining = gain.slice(0, GAINING_OBJECTS);
  const advice = await advisor.advise(gaining);
  const share = (part: number) => part / samples;
  return {
    ...range,
    samples,
    namedSamples,
    namedShare: samples === 0 ? null : share(namedSamples),
    // Object ids are 64-bit and stay out of JSON; a build id or a path is what a person can act on.
    unresolved: unresolved.map(({ buildId, path, samples: count }) => ({ buildId, path, samples: count })),
    shares:
      samples === 0
        ? null
        : {
            line: share(byLevel.line),
            function: share(byLevel.function),
            object: share(byLevel.object),
            nothing: share(byLevel.nothing),
          },
    gain: gaining.map(({ object: { buildId, path }, samples: count, has }, i) => ({
      ...{ buildId, path, samples: count, has },
      advice: advice[i]!,
    })),
  };
}

/** What the store holds, and what its blocks take. */
async function storeStatus(
  store: ProfileStore,
  retention: StatusBody['retention'],
): Promise<StatusBody['store']> {
  const [usage, { days, labels, bytesPerDay }] = await Promise.all([store.usage(), store.diskAccount()]);
  const outlook = retention === undefined ? null : outlookOf({ bytesPerDay }, usage.hotBytes, retention);
  const { comm, user, container } = labels;
  const shown = { comm: heaviest(comm), user: heaviest(user), container: heaviest(container) };
  return { ...usage, disk: { days: days.slice(-SHOWN_DAYS), labels: shown, bytesPerDay, outlook } };
}

/** The others join those that blocks do not tell apart: nothing is left out of the sum. */
function heaviest({ values, others }: LabelAccount): LabelAccount {
  const rest = [others, ...values.slice(SHOWN_VALUES)];
  const sum = (of: 'samples' | 'bytes') => rest.reduce((total, share) => total + share[of], 0);
  return { values: values.slice(0, SHOWN_VALUES), others: { samples: sum('samples'), bytes: sum('bytes') } };
}

/** The service's own account, completed from the store. */
export async function readStatus(context: ServerContext): Promise<StatusBody> {
  const { store, service } = context;
  const status = await service.status();
  return {
    ...status,
    sampling: service.sampling,
    store: status.store ?? (await storeStatus(store, status.retention)),
    coverage: status.coverage ?? (await coverage(context)),
  };
}

export function statusRoutes(app: App, context: ServerContext): void {
  app.openapi(route, async (c) => c.json(await readStatus(context), 200));
}
