// `pilotlight export`: any stored window, in the form that some other tool reads.
import { Command } from 'commander';
import { askJson, askProfile } from '../answers.ts';
import { addConnectionOptions, withClient } from '../connection.ts';
import { downloadTo, downloadToStandardOutput } from '../download.ts';
import type { FilterFlags } from '../filter-options.ts';
import { filterOptions, filterParameters } from '../filter-options.ts';
import { GROUPS, valueOption } from '../option.ts';
import { parseTimeText } from '../option-values.ts';
import type { ProfileFormat } from '../output-format.ts';
import { BUNDLE_ENDING, formatOf, PROFILE_FORMATS } from '../output-format.ts';
import { openTarget, tellWritten } from '../output-target.ts';
import type { OpenLocalApp, Parameters, ProfileClient } from '../profile-client.ts';
import { exitOnSignals } from '../way-out.ts';

type ExportFormat = ProfileFormat | 'bundle';

interface ExportFlags extends FilterFlags {
  from: string;
  until: string;
  query?: string;
  format?: ExportFormat;
  output?: string;
}

/** A profile that may be empty: a real one of a second is larger. */
const SMALL_BYTES = 2000;

const EXAMPLES = `
Examples:
  pilotlight export --from now-1h -o hour.pb.gz
  pilotlight export --from 2026-01-31T14:00:00Z --until 2026-01-31T14:05:00Z --query '{comm="node"}' -o node.html
  pilotlight export --query '{pod=~"web-.*"}' --focus 'parse|compile' --hide 'libc' -o parse.pb.gz
  pilotlight export --from now-1h --format bundle -o incident   (look at it: serve --no-sampler --data-dir incident)
  pilotlight export --format folded | flamegraph.pl > cpu.svg`;

export function exportCommand(openLocalApp: OpenLocalApp): Command {
  const command = new Command('export')
    .description(
      'any stored window as pprof, folded stacks, speedscope, one HTML file, or a bundle to open elsewhere',
    )
    .addOption(
      valueOption('--from <time>', 'start: RFC 3339, epoch ms or relative', parseTimeText)
        .default('now-5m')
        .helpGroup(GROUPS.what),
    )
    .addOption(
      valueOption('--until <time>', 'end, like --from', parseTimeText).default('now').helpGroup(GROUPS.what),
    )
    .addOption(
      valueOption('--query <selector>', 'only these samples, such as {comm="node"}').helpGroup(GROUPS.what),
    )
    .addOption(
      valueOption(
        '-o, --output <file>',
        'file to write; - or none: standard output; of a bundle a new folder, or FILE.tar',
      ).helpGroup(GROUPS.output),
    )
    .addOption(
      valueOption('--format <format>', "default: what the file's name says, else pprof")
        .choices([...PROFILE_FORMATS, 'bundle'])
        .helpGroup(GROUPS.output),
    )
    .addHelpText('after', EXAMPLES);
  for (const option of filterOptions()) command.addOption(option);
  addConnectionOptions(command);
  return command.action((flags: ExportFlags) =>
    withClient(command, openLocalApp, (client) => runExport(client, flags)),
  );
}

async function runExport(client: ProfileClient, flags: ExportFlags): Promise<void> {
  const { from, until, query } = flags;
  const format = exportFormat(flags);
  const asked = { from, until, query, ...filterParameters(flags) };
  if (format === 'bundle') {
    // What checks a bundle is half of all modules of the command line.
    const { exportBundle } = await import('../bundle-download.ts');
    return exportBundle(client, asked, flags.output);
  }
  const file = openTarget(flags.output, format);
  exitOnSignals();
  const response = await askProfile(client, { ...asked, format });
  const bytes = file === null ? await downloadToStandardOutput(response) : await downloadTo(file, response);
  if (bytes < SMALL_BYTES) await tellIfEmpty(client, asked);
  if (file !== null) tellWritten(file, format);
}

/** The form that was asked for, or that the file's name tells. */
function exportFormat({ output, format }: ExportFlags): ExportFormat {
  if (format !== undefined) return format;
  return output?.endsWith(BUNDLE_ENDING) === true ? 'bundle' : formatOf(output);
}

/** A profile without samples is whole and right, and seldom what was meant. */
async function tellIfEmpty(client: ProfileClient, window: Parameters): Promise<void> {
  const { totalCount } = await askJson<{ totalCount: number }>(
    client,
    '/api/v1/top',
    { ...window, limit: 1 },
    ['totalCount'],
  );
  if (totalCount === 0) process.stderr.write('pilotlight: there are no samples in this window\n');
}
