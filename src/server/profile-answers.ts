// A window as a file, in each form that GET /api/v1/profile offers.
import { join } from 'node:path';
import type { Context } from 'hono';
import type { TimeRange } from '../model/selector.ts';
import { flamegraphBody } from '../query/flamegraph-body.ts';
import { MAX_NODES } from '../model/page-request.ts';
import { encodeFolded } from '../query/folded.ts';
import { encodeReport, ReportTemplateError } from '../query/report-html.ts';
import { encodeSpeedscope } from '../query/speedscope.ts';
import { bundleAnswer } from './bundle-answer.ts';
import type { ServerContext } from './context.ts';
import { ApiError } from './errors.ts';
import type { Window } from './params.ts';
import { attachment, pprofAnswer } from './pprof-answer.ts';
import { readIfThere } from './read-if-there.ts';
import type { FilterParams } from './window-stacks.ts';
import { windowStacks } from './window-stacks.ts';

/** `query` is the selector as it was given. */
export type Asked = Window & { query: string; filters: FilterParams };
type ProfileAnswer = (c: Context, context: ServerContext, asked: Asked) => Promise<Response>;

export const PROFILE_FORMATS = ['pprof', 'folded', 'speedscope', 'html', 'bundle'] as const;
export type ProfileFormat = (typeof PROFILE_FORMATS)[number];

export const PROFILE_ANSWERS: Readonly<Record<ProfileFormat, ProfileAnswer>> = {
  pprof: (c, { store }, { filters, ...window }) => pprofAnswer(c, store, window, filters),

  folded: async (c, { store }, asked) =>
    download(
      c,
      encodeFolded(await windowStacks(store, asked, asked.filters)),
      asked.range,
      'folded.txt',
      'text/plain; charset=utf-8',
    ),

  speedscope: async (c, context, asked) => {
    const table = await windowStacks(context.store, asked, asked.filters);
    const file = encodeSpeedscope(table, { range: asked.range, name: titleOf(await hostOf(context, asked)) });
    return download(c, file, asked.range, 'speedscope.json', 'application/json');
  },

  bundle: bundleAnswer,

  html: async (c, context, asked) => {
    const template = await readTemplate(context.webRoot);
    const table = await windowStacks(context.store, asked, asked.filters);
    const host = await hostOf(context, asked);
    const report = filled(template, {
      title: titleOf(host),
      flamegraph: flamegraphBody(table, asked.range, { maxNodes: MAX_NODES }),
      host,
      query: asked.query,
    });
    return download(c, report, asked.range, 'html', 'text/html; charset=utf-8');
  },
};

function download(c: Context, text: string, range: TimeRange, suffix: string, type: string): Response {
  return c.body(text, 200, {
    'content-type': type,
    'content-disposition': attachment(range, suffix),
  });
}

/** '' where there are no samples to have it from. */
async function hostOf({ store }: ServerContext, { selector, range }: Window): Promise<string> {
  const { values } = await store.labelValues('host', selector, range, 1);
  return values[0]?.value ?? '';
}

function titleOf(host: string): string {
  return host === '' ? 'CPU profile' : `CPU profile of ${host}`;
}

async function readTemplate(webRoot: string): Promise<string> {
  const template = await readIfThere(join(webRoot, 'report.html'));
  if (template !== undefined) return Buffer.from(template).toString('utf8');
  throw new ApiError(503, 'report_not_built', 'the report has not been built', 'run: npm run build');
}

function filled(...[template, payload]: Parameters<typeof encodeReport>): string {
  try {
    return encodeReport(template, payload);
  } catch (error) {
    if (error instanceof ReportTemplateError) throw new ApiError(503, 'report_not_built', error.message);
    throw error;
  }
}
