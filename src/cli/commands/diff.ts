// `pilotlight diff`: two windows side by side, as a table or as pprof, and a limit that fails a build.
import { Command, Option } from 'commander';
import { ask, askJson, notPilotlight } from '../answers.ts';
import { painter, wantsColour } from '../colours.ts';
import { addConnectionOptions, withClient } from '../connection.ts';
import type { DiffAnswer } from '../diff-table.ts';
import { diffText } from '../diff-table.ts';
import type { DiffWindows } from '../diff-windows.ts';
import { diffWindows } from '../diff-windows.ts';
import { downloadTo, downloadToStandardOutput } from '../download.ts';
import type { Exceeded, FailOn } from '../fail-on.ts';
import { exceeded, exceededText, parseFailOn } from '../fail-on.ts';
import { usageFailure } from '../failure.ts';
import type { FilterFlags } from '../filter-options.ts';
import { filterOptions, filterParameters } from '../filter-options.ts';
import { GROUPS, valueOption } from '../option.ts';
import { MAX_ROWS, parseRows, parseTimeText } from '../option-values.ts';
import { OutputFile } from '../output-file.ts';
import { openTarget, tellWritten } from '../output-target.ts';
import type { OpenLocalApp, Parameters, ProfileClient } from '../profile-client.ts';
import { outputWidth, print } from '../standard-output.ts';
import { terminalJson } from '../terminal-text.ts';
import { exitOnSignals } from '../way-out.ts';
import type { Normalization } from '../../query/diff.ts';
import { NORMALIZATIONS } from '../../query/diff.ts';

interface DiffFlags extends Partial<DiffWindows>, FilterFlags {
  query?: string;
  leftQuery?: string;
  rightQuery?: string;
  normalize?: Normalization;
  sort: 'self' | 'total';
  limit: number;
  format: 'table' | 'pprof';
  output?: string;
  json: boolean;
  failOn?: readonly FailOn[];
}

const ROUTE = '/api/v1/diff';
/** A function's share moved by more than --fail-on allows. */
const BEYOND_LIMIT = 3;

const EXAMPLES = `
Examples:
  pilotlight diff now-2h..now-1h now-1h..now
  pilotlight diff --query '{comm="node"}' --left-from now-1d --left-until now-23h --right-from now-1h
  pilotlight diff now-20m..now-10m now-10m..now --fail-on more:1pp && echo no function grew
  pilotlight diff now-2h..now-1h now-1h..now --format pprof -o change.pb.gz

--fail-on compares the shares that were measured, without intervals: over short windows a share moves by chance.
It ends with 3 when a function's total share moved further, and names the functions on standard error.`;

export function diffCommand(openLocalApp: OpenLocalApp): Command {
  const command = new Command('diff')
    .description('two windows side by side: what each function used before and after')
    .argument('[before]', 'window FROM..UNTIL, such as now-2h..now-1h')
    .argument('[after]', 'window to compare with it');
  for (const option of [...windowOptions(), ...filterOptions(), ...outputOptions()])
    command.addOption(option);
  addConnectionOptions(command.addHelpText('after', EXAMPLES));
  return command.action(async (before: string | undefined, after: string | undefined, flags: DiffFlags) => {
    const windows = diffWindows([before, after], pick(flags));
    process.exitCode = await withClient(command, openLocalApp, (client) => runDiff(client, windows, flags));
  });
}

function windowOptions(): Option[] {
  const time = (flags: string, text: string) => valueOption(flags, text, parseTimeText);
  return [
    time('--left-from <time>', 'start of the window before'),
    time('--left-until <time>', 'its end (default: where the window after starts)'),
    time('--right-from <time>', 'start of the window after (default: where the one before ends)'),
    time('--right-until <time>', 'its end (default: now)'),
    valueOption('--query <selector>', 'only these samples, on both sides'),
    valueOption('--left-query <selector>', 'only these samples before'),
    valueOption('--right-query <selector>', 'only these samples after'),
  ].map((option) => option.helpGroup(GROUPS.what));
}

function outputOptions(): Option[] {
  return [
    valueOption('--normalize <scale>', 'what is compared; default: share, for pprof none').choices(
      NORMALIZATIONS,
    ),
    valueOption('--sort <column>', 'largest change first').choices(['self', 'total']).default('total'),
    valueOption('--limit <rows>', 'functions at most', parseRows).default(30),
    valueOption('--format <format>', 'table, or pprof of the change')
      .choices(['table', 'pprof'])
      .default('table'),
    valueOption('-o, --output <file>', 'file to write; - or none: standard output'),
    new Option('--json', 'for programs: what the server answers').default(false),
    valueOption(
      '--fail-on <limit>',
      'such as more:1pp or less:1pp: end with 3 when a share moved further',
      parseFailOn,
    ),
  ].map((option) => option.helpGroup(GROUPS.output));
}

function pick({ leftFrom, leftUntil, rightFrom, rightUntil }: DiffFlags): Partial<DiffWindows> {
  const given = Object.entries({ leftFrom, leftUntil, rightFrom, rightUntil });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** Resolves to the exit code. */
async function runDiff(client: ProfileClient, windows: DiffWindows, flags: DiffFlags): Promise<number> {
  if (flags.json && flags.format === 'pprof')
    throw usageFailure('--json is a form of its own; give it, or --format');
  exitOnSignals();
  const { normalize, sort, limit, failOn = [] } = flags;
  const asked = {
    ...windows,
    leftQuery: flags.leftQuery ?? flags.query,
    rightQuery: flags.rightQuery ?? flags.query,
    ...filterParameters(flags),
    normalize,
    sort,
  };
  if (flags.format === 'pprof') {
    await writePprof(client, asked, flags.output);
    return failOn.length === 0 ? 0 : judge(await worst(client, asked, failOn));
  }
  // The tree is the page's; its root alone is the least that can be asked for.
  const answer = await askDiff(client, { ...asked, limit, maxNodes: 1 });
  const beyond = failOn.length === 0 ? [] : await worst(client, { ...asked, ...pinned(answer) }, failOn);
  await writeText(answer, flags, beyond);
  return judge(beyond);
}

function askDiff(client: ProfileClient, parameters: Parameters): Promise<DiffAnswer> {
  return askJson<DiffAnswer>(client, ROUTE, parameters, ['left', 'right', 'functions', 'hiddenFunctions']);
}

/** The windows that were answered, for another question about the same: `now` has moved on. */
function pinned({ left, right }: DiffAnswer): Parameters {
  return {
    leftFrom: left.fromMs,
    leftUntil: left.untilMs,
    rightFrom: right.fromMs,
    rightUntil: right.untilMs,
  };
}

/** All that is beyond a limit: by shares the largest moves come first, so the cut hides none that the last does not. */
async function worst(
  client: ProfileClient,
  asked: Parameters,
  limits: readonly FailOn[],
): Promise<Exceeded[]> {
  const parameters = { ...asked, normalize: 'share', sort: 'total', limit: MAX_ROWS, maxNodes: 1 };
  return exceeded((await askDiff(client, parameters)).functions, limits);
}

function judge(beyond: readonly Exceeded[]): number {
  process.stderr.write(exceededText(beyond));
  return beyond.length === 0 ? 0 : BEYOND_LIMIT;
}

async function writePprof(
  client: ProfileClient,
  asked: Parameters,
  output: string | undefined,
): Promise<void> {
  const file = openTarget(output, 'pprof');
  const response = await ask(client, ROUTE, { ...asked, sort: undefined, format: 'pprof' });
  if (response.headers.get('content-disposition') === null) throw notPilotlight(client, ROUTE, response);
  if (file === null) {
    await downloadToStandardOutput(response);
  } else {
    await downloadTo(file, response);
    tellWritten(file, 'pprof');
  }
}

async function writeText(answer: DiffAnswer, flags: DiffFlags, beyond: readonly Exceeded[]): Promise<void> {
  const file = flags.output === undefined || flags.output === '-' ? null : OutputFile.open(flags.output);
  const text = flags.json
    ? `${terminalJson(flags.failOn === undefined ? answer : { ...answer, beyond }, 2)}\n`
    : diffText(answer, {
        sort: flags.sort,
        paint: painter(file === null && wantsColour(process.stdout)),
        width: file === null ? outputWidth() : undefined,
      });
  if (file === null) return print(text);
  file.write(Buffer.from(text));
  file.commit();
}
