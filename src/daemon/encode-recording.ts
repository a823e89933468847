// What was recorded, in the form that was asked for.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CommandFailure, errorCode } from '../cli/failure.ts';
import type { ProfileFormat } from '../cli/output-format.ts';
import type { TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';
import { flamegraphBody } from '../query/flamegraph-body.ts';
import { encodeFolded } from '../query/folded.ts';
import { encodePprof } from '../query/pprof.ts';
import { encodeReport } from '../query/report-html.ts';
import { encodeSpeedscope } from '../query/speedscope.ts';

export type RecordingEncoder = (table: StackTable, range: TimeRange) => Uint8Array | Promise<Uint8Array>;

/** Where the page's build puts the report without a profile. */
const REPORT_TEMPLATE = fileURLToPath(new URL('../web/report.html', import.meta.url));

/**
 * Made before the recording: what the form needs is there, or a CommandFailure says that it is not, while nothing is
 * lost yet. `title` says what is recorded.
 */
export function recordingEncoder(format: ProfileFormat, title: string): RecordingEncoder {
  switch (format) {
    case 'pprof':
      return (table, range) => encodePprof(table, { range, comments: [title] });
    case 'folded':
      return (table) => Buffer.from(encodeFolded(table));
    case 'speedscope':
      return (table, range) => Buffer.from(encodeSpeedscope(table, { range, name: title }));
    case 'html':
      return reportEncoder(reportTemplate(), title);
  }
}

function reportEncoder(template: string, title: string): RecordingEncoder {
  return (table, range) => {
    const flamegraph = flamegraphBody(table, range);
    return Buffer.from(encodeReport(template, { title, flamegraph, host: hostname() }));
  };
}

function reportTemplate(): string {
  try {
    return readFileSync(REPORT_TEMPLATE, 'utf8');
  } catch (error) {
    throw new CommandFailure(`cannot read the report's template ${REPORT_TEMPLATE}: ${errorCode(error)}`, {
      hint: 'build it: npm run build, or choose another --format',
      cause: error,
    });
  }
}
