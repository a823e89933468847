// The self-contained report: the built template (dist/web/report.html) with a profile put into it.
import type { FlamegraphBody } from './flamegraph-body.ts';

/** What the report shows; everything is plain JSON. */
export interface ReportPayload {
  /** The first line and the title of the window: what was profiled. */
  title: string;
  /** As `/api/v1/flamegraph` answers it. With every node (`maxNodes` left out) the report's table is exact. */
  flamegraph: FlamegraphBody;
  /** Name of the host that was profiled. */
  host?: string;
  /** Selector that the samples match; '' or left out where all do. */
  query?: string;
}

/** The template is not one that the page's build makes; the message is fit for people. */
export class ReportTemplateError extends Error {
  override readonly name = 'ReportTemplateError';
}

/** Where web/report.html waits for the profile. */
const PLACE = '<script type="application/json" id="profile"></script>';

/**
 * The template with the payload in its place. Names come from untrusted processes: nothing in them can end the
 * element that they are in, or begin another.
 */
export function encodeReport(template: string, payload: ReportPayload): string {
  const at = template.indexOf(PLACE);
  if (at < 0 || template.indexOf(PLACE, at + 1) >= 0) {
    throw new ReportTemplateError(
      `the report's template ${at < 0 ? 'has no place' : 'has more than one place'} for a profile: run npm run build`,
    );
  }
  const filled = PLACE.replace('><', () => `>${inertJson(payload)}<`);
  return template.slice(0, at) + filled + template.slice(at + PLACE.length);
}

/** JSON that holds no character with a meaning in HTML, nor a line terminator that older scripts do not know. */
function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
