// `pilotlight top`: a live table of functions, like top(1).
import { Command, Option } from 'commander';
import { painter, wantsColour } from '../colours.ts';
import { addConnectionOptions, withClient } from '../connection.ts';
import type { FilterFlags } from '../filter-options.ts';
import { filterOptions, filterParameters } from '../filter-options.ts';
import { LiveTop } from '../live-top.ts';
import { GROUPS, valueOption } from '../option.ts';
import { parseMs, parseRows } from '../option-values.ts';
import type { OpenLocalApp, ProfileClient } from '../profile-client.ts';
import { outputIsClosed, print } from '../standard-output.ts';
import { terminalJson } from '../terminal-text.ts';
import { plainText } from '../top-screen.ts';
import type { Sort, TopRequest } from '../top-source.ts';
import { TopSource } from '../top-source.ts';
import { exitOnSignals } from '../way-out.ts';

interface TopFlags extends FilterFlags {
  query?: string;
  window: number;
  interval: number;
  sort: Sort;
  limit?: number;
  once: boolean;
  json: boolean;
}

/** Where no terminal says how many fit. */
const PRINTED_ROWS = 30;

const EXAMPLES = `
Examples:
  pilotlight top
  pilotlight top --query '{comm="node"}' --sort total
  pilotlight top --focus 'libcrypto' --sort total
  pilotlight top --once | head -20
  pilotlight top --json --interval 10s | jq .cpusBusy

On a terminal: q quits, s sorts by self or total, space pauses. Elsewhere one table is printed. With --json it is one
document, or with --interval one line per look. The window ends with what is stored, up to 5 s ago.`;

export function topCommand(openLocalApp: OpenLocalApp): Command {
  const command = new Command('top')
    .description('live table of functions, like top(1)')
    .addOption(
      valueOption('--query <selector>', 'only these samples, such as {comm="node"}').helpGroup(GROUPS.what),
    )
    .addOption(
      valueOption('--window <time>', 'what each look is at, up to now', parseMs)
        .default(10_000, '10s')
        .helpGroup(GROUPS.what),
    )
    .addOption(
      valueOption('--interval <time>', 'from one look to the next', parseMs)
        .default(2000, '2s')
        .helpGroup(GROUPS.output),
    )
    .addOption(
      valueOption('--sort <column>', 'largest first')
        .choices(['self', 'total'])
        .default('self')
        .helpGroup(GROUPS.output),
    )
    .addOption(
      valueOption('--limit <rows>', 'functions at most (default: what fits)', parseRows).helpGroup(
        GROUPS.output,
      ),
    )
    .addOption(new Option('--once', 'print one table and end').default(false).helpGroup(GROUPS.output))
    .addOption(new Option('--json', 'for programs').default(false).helpGroup(GROUPS.output))
    .addHelpText('after', EXAMPLES);
  for (const option of filterOptions()) command.addOption(option);
  addConnectionOptions(command);
  return command.action((flags: TopFlags) =>
    withClient(command, openLocalApp, (client) => runTop(client, flags, isExplicit(command, 'interval'))),
  );
}

function isExplicit(command: Command, name: string): boolean {
  return command.getOptionValueSource(name) === 'cli';
}

async function runTop(client: ProfileClient, flags: TopFlags, intervalGiven: boolean): Promise<void> {
  const source = new TopSource(client);
  const request = {
    windowMs: flags.window,
    sort: flags.sort,
    limit: flags.limit,
    filters: filterParameters(flags),
    ...(flags.query === undefined ? {} : { query: flags.query }),
  };
  exitOnSignals();
  if (flags.once || flags.json || !process.stdout.isTTY) {
    const repeat = flags.json && intervalGiven && !flags.once;
    const printed = { ...request, limit: flags.limit ?? PRINTED_ROWS };
    return repeat ? streamJson(source, printed, flags.interval) : printOnce(source, printed, flags.json);
  }
  await LiveTop.run({
    source,
    request,
    intervalMs: flags.interval,
    output: process.stdout,
    input: process.stdin,
    paint: painter(wantsColour(process.stdout)),
  });
}

async function printOnce(source: TopSource, request: TopRequest, json: boolean): Promise<void> {
  const snapshot = await source.look(request);
  await print(json ? `${terminalJson(snapshot, 2)}\n` : plainText(snapshot));
}

/** One line per look, until the reader leaves or a signal ends it. */
async function streamJson(source: TopSource, request: TopRequest, intervalMs: number): Promise<void> {
  while (!outputIsClosed()) {
    await print(`${terminalJson(await source.look(request))}\n`);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
