// `pilotlight export`: any stored window, in the form that some other tool reads.
import { Command } from 'commander';
import { ask, askJson, notPilotlight } from '../answers.ts';
import { addConnectionOptions, withClient } from '../connection.ts';
import { downloadTo, downloadToStandardOutput } from '../download.ts';
import type { FilterFlags } from '../filter-options.ts';
import { filterOptions, filterParameters } from '../filter-options.ts';
import { GROUPS, valueOption } from '../option.ts';
import { parseTimeText } from '../option-values.ts';
import type { ProfileFormat } from '../output-format.ts';
import { PROFILE_FORMATS } from '../output-format.ts';
import { formatFrom, openTarget, tellWritten } from '../output-target.ts';
import type { OpenLocalApp, Parameters, ProfileClient } from '../profile-client.ts';
import { exitOnSignals } from '../way-out.ts';

interface ExportFlags extends FilterFlags {
  from: string;
  until: string;
  query?: string;
  format?: ProfileFormat;
  output?: string;
}

/** A profile that may be empty: a real one of a second is larger. */
const SMALL_BYTES = 2000;

const EXAMPLES = `
Examples:
  pilotlight export --from now-1h -o hour.pb.gz
  pilotlight export --from 2026-01-31T14:00:00Z --until 2026-01-31T14:05:00Z --query '{comm="node"}' -o node.html
  pilotlight export --query '{pod=~"web-.*"}' --focus 'parse|compile' --hide 'libc' -o parse.pb.gz
  pilotlight export --format folded | flamegraph.pl > cpu.svg`;

export function exportCommand(openLocalApp: OpenLocalApp): Command {
  const command = new Command('export')
    .description('any stored window as pprof, folded stacks, speedscope or one HTML file')
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
      valueOption('-o, --output <file>', 'file to write; - or none: standard output').helpGroup(
        GROUPS.output,
      ),
    )
    .addOption(
      valueOption('--format <format>', "default: what the file's name says, else pprof")
        .choices(PROFILE_FORMATS)
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
  const format = formatFrom(flags);
  const { from, until, query } = flags;
  const asked = { from, until, query, ...filterParameters(flags) };
  const file = openTarget(flags.output, format);
  exitOnSignals();
  const route = '/api/v1/profile';
  const response = await ask(client, route, { ...asked, format });
  // Every profile we send is named as a file; a web server that answers everything with its page does not do so.
  const disposition = response.headers.get('content-disposition') ?? '';
  if (!disposition.includes('pilotlight-')) throw notPilotlight(client, route, response);
  const bytes = file === null ? await downloadToStandardOutput(response) : await downloadTo(file, response);
  if (bytes < SMALL_BYTES) await tellIfEmpty(client, asked);
  if (file !== null) tellWritten(file, format);
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
