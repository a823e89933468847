// What was recorded, in the form that was asked for.
import type { ProfileFormat } from '../cli/output-format.ts';
import type { TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';
import { encodeFolded } from '../query/folded.ts';
import { encodePprof } from '../query/pprof.ts';

export async function encodeRecording(
  table: StackTable,
  format: ProfileFormat,
  range: TimeRange,
): Promise<Uint8Array> {
  switch (format) {
    case 'pprof':
      return encodePprof(table, { range });
    case 'folded':
      return Buffer.from(encodeFolded(table));
    case 'speedscope':
    case 'html':
      throw new Error(`${format} is wired when its encoder is there`);
  }
}
