// `pilotlight sql`: one SELECT over what is stored.
import { text as textOf } from 'node:stream/consumers';
import { Command } from 'commander';
import { jsonBody, notPilotlight, send } from '../answers.ts';
import { addConnectionOptions, withClient } from '../connection.ts';
import { downloadTo, downloadToStandardOutput } from '../download.ts';
import { usageFailure } from '../failure.ts';
import { GROUPS, valueOption } from '../option.ts';
import { parseSqlRows } from '../option-values.ts';
import type { OutputFile } from '../output-file.ts';
import { openOutput } from '../output-target.ts';
import type { OpenLocalApp, ProfileClient } from '../profile-client.ts';
import { formatBytes, formatCount, ProgressLine } from '../progress-line.ts';
import type { ResultColumns } from '../result-table.ts';
import { resultTable } from '../result-table.ts';
import { outputWidth, print } from '../standard-output.ts';
import { printable } from '../terminal-text.ts';
import { exitOnSignals } from '../way-out.ts';

const FORMATS = ['table', 'csv', 'json', 'parquet'] as const;
type Format = (typeof FORMATS)[number];

interface SqlFlags {
  format?: Format;
  output?: string;
  maxRows?: number;
}

const ROUTE = '/api/v1/sql';

const EXAMPLES = `
Examples:
  pilotlight sql 'SELECT function, self_cpu_seconds FROM functions ORDER BY 2 DESC LIMIT 10'
  pilotlight sql "SELECT comm, sum(cpu_seconds) FROM samples GROUP BY ALL ORDER BY 2 DESC" --format csv -o cpu.csv
  pilotlight sql - --format parquet -o frames.parquet < query.sql

The statement is DuckDB's SQL, read only, over the views samples, stacks, frames, functions, processes and series:
docs/sql.md describes them, and so does pilotlight sql 'DESCRIBE samples'.`;

export function sqlCommand(openLocalApp: OpenLocalApp): Command {
  const command = new Command('sql')
    .description('read-only SQL over samples, stacks, frames, functions, processes and series')
    .argument('[query]', 'one SELECT; - or none: from standard input')
    .addOption(
      valueOption('--format <format>', "default: what the file's name says, else table")
        .choices(FORMATS)
        .helpGroup(GROUPS.output),
    )
    .addOption(
      valueOption('-o, --output <file>', 'file to write; - or none: standard output').helpGroup(
        GROUPS.output,
      ),
    )
    .addOption(
      valueOption('--max-rows <rows>', 'rows at most (default: 10000)', parseSqlRows).helpGroup(
        GROUPS.output,
      ),
    )
    .addHelpText('after', EXAMPLES);
  addConnectionOptions(command);
  return command.action((query: string | undefined, flags: SqlFlags) =>
    withClient(command, openLocalApp, (client) => runSql(client, query, flags)),
  );
}

async function runSql(client: ProfileClient, query: string | undefined, flags: SqlFlags): Promise<void> {
  const format = flags.format ?? formatOf(flags.output);
  const file = openOutput(flags.output, {
    name: format,
    binary: format === 'parquet',
    example: 'result.parquet',
  });
  exitOnSignals();
  const sql = await statementText(query);
  const { maxRows } = flags;
  const asked = {
    sql,
    format: format === 'table' ? 'json' : format,
    ...(maxRows === undefined ? {} : { maxRows }),
  };
  const response = await whileRunning(() => send(client, 'POST', ROUTE, asked));
  const disposition = response.headers.get('content-disposition') ?? '';
  if (!disposition.includes('pilotlight-')) throw notPilotlight(client, ROUTE, response);
  await (format === 'table' ? writeTable(client, response, file) : download(response, file));
  tellTruncated(response.headers.get('x-pilotlight-truncated'));
}

/** The form that a file's name asks for. */
function formatOf(output: string | undefined): Format {
  const name = output?.toLowerCase() ?? '';
  return FORMATS.find((format) => name.endsWith(`.${format}`)) ?? 'table';
}

async function statementText(query: string | undefined): Promise<string> {
  if (query !== undefined && query !== '-') return query;
  if (query === undefined && process.stdin.isTTY) {
    throw usageFailure('there is no statement', "give it as an argument: pilotlight sql 'FROM functions'");
  }
  return textOf(process.stdin);
}

async function whileRunning<T>(work: () => Promise<T>): Promise<T> {
  const begunMs = performance.now();
  const progress = new ProgressLine(
    () => `running for ${Math.round((performance.now() - begunMs) / 1000)} s`,
  );
  try {
    return await work();
  } finally {
    progress.end();
  }
}

async function writeTable(client: ProfileClient, response: Response, file: OutputFile | null): Promise<void> {
  const answer = await jsonBody<ResultColumns>(client, ROUTE, response, ['columns', 'rows']);
  const table = resultTable(answer, file === null ? outputWidth() : undefined);
  if (file === null) return print(table);
  file.write(Buffer.from(table));
  file.commit();
}

async function download(response: Response, file: OutputFile | null): Promise<void> {
  if (file === null) {
    await downloadToStandardOutput(response);
    return;
  }
  const bytes = await downloadTo(file, response);
  process.stderr.write(`pilotlight: wrote ${printable(file.path)} (${formatBytes(bytes)})\n`);
}

/** `truncated`: a header of src/server/routes/sql.ts, `rows 10000` or `bytes 67108864`, null where the answer is whole. */
function tellTruncated(truncated: string | null): void {
  const [by, limit] = truncated?.split(' ') ?? [];
  if (by === undefined) return;
  const cut =
    by === 'rows'
      ? `only the first ${formatCount(Number(limit))} rows are here; give a larger --max-rows`
      : `only the first ${formatBytes(Number(limit))} are here; ask for fewer columns`;
  process.stderr.write(`pilotlight: there are more rows: ${cut}\n`);
}
