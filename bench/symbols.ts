// `npm run bench -- symbols`: names of addresses against llvm-symbolizer's, and what they cost. Writes its section of
// docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publish, runBench, say } from './lib/bench-command.ts';
import { ROOT } from './lib/daemon.ts';
import { hostShares, hostTime } from './lib/machine.ts';
import { runFacts } from './lib/run-facts.ts';
import type { Chain } from './symbols/answer-formats.ts';
import { ask } from './symbols/ask.ts';
import { agreedChains, agrees, compareAnswers, renamed } from './symbols/compare.ts';
import { coldCosts, type Contender, inProcess, warmCosts } from './symbols/cost.ts';
import type { Filter, Filters } from './symbols/filter.ts';
import { findFilters } from './symbols/filter.ts';
import type { JudgedFile } from './symbols/judged-files.ts';
import { prepareFiles } from './symbols/judged-files.ts';
import { makeLargeFile } from './symbols/large-file.ts';
import type { SymbolsOptions } from './symbols/options.ts';
import { HELP, parseSymbolsOptions } from './symbols/options.ts';
import type { FileCosts, JudgedAnswers, LargeCosts, SymbolsResult } from './symbols/report.ts';
import { section } from './symbols/report.ts';
import { codeRanges, randomAddresses, thinned } from './symbols/text-addresses.ts';

const QUIET_LOOK_MS = 3000;
/** Of the addresses of a file, for a cold start. */
const COLD_ADDRESSES = 1000;
/** Small with inlined calls, large with compressed debug information beside it, without its own, symbols only. */
const COST_FILES = ['cc-gcc-5', 'rust-5', 'libc', 'go', 'node'];

interface Bench {
  options: SymbolsOptions;
  filters: Filters;
}

async function addressesOf({ path, referencePath }: JudgedFile, { addresses, seed }: SymbolsOptions) {
  return randomAddresses(await codeRanges(path, referencePath), addresses, seed);
}

async function judge(file: JudgedFile, { options, filters }: Bench): Promise<JudgedAnswers> {
  const { name, what, path, referencePath, referenceName = (whole: string) => whole } = file;
  const addresses = await addressesOf(file, options);
  const answers = async (filter: Filter, of: string, asked: readonly number[]) =>
    asked.length === 0 ? new Map<number, Chain>() : filter.parse((await ask(filter, of, asked)).output);
  const llvm = renamed(await answers(filters.llvm, referencePath, addresses), referenceName);
  const elfutils = await answers(filters.elfutils, referencePath, addresses);
  // The slowest tool, by far, has to speak of what the others disagree about only.
  const disputed = addresses.filter((address) => !agrees(llvm.get(address), elfutils.get(address)));
  const binutils = await answers(filters.binutils, referencePath, disputed);
  const references = agreedChains(addresses, llvm, [elfutils, binutils]);
  const ours = await answers(filters.ours, path, addresses);
  const compared = compareAnswers(addresses.length, references, ours);
  say(`${name}: ${compared.equal} of ${compared.agreed} agreed rows equal`);
  return { name, what, ...compared };
}

/** Ours first, llvm-symbolizer second. */
function contenders({ ours, llvm, elfutils }: Filters, path: string, referencePath: string): Contender[] {
  return [
    { filter: ours, path },
    { filter: llvm, path: referencePath },
    { filter: elfutils, path: referencePath },
  ];
}

async function costsOf(file: JudgedFile, { options, filters }: Bench): Promise<FileCosts> {
  const { name, path, referencePath } = file;
  const all = await addressesOf(file, options);
  const some = thinned(all, COLD_ADDRESSES);
  const measured = contenders(filters, path, referencePath);
  const cold = await coldCosts(measured, some, options.rounds);
  const warm = await warmCosts(measured, all);
  say(`${name}: cold and warm times measured`);
  return {
    name,
    addresses: some.length,
    cold,
    warm,
    inProcess: inProcess(path, all),
  };
}

async function largeCosts(folder: string, { options, filters }: Bench): Promise<LargeCosts | string> {
  try {
    const file = makeLargeFile(join(folder, 'large'));
    say(`large file: ${(file.bytes / 1e6).toFixed(0)} MB`);
    const ranges = await codeRanges(file.path, file.path);
    const address = randomAddresses(ranges, 1, options.seed);
    const measured = contenders(filters, file.path, file.path);
    return { file, first: await coldCosts(measured, address, options.rounds) };
  } catch (error) {
    // Without a compiler or the room; the other parts are worth their figures.
    return error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
  }
}

async function measureAll(bench: Bench, folder: string): Promise<SymbolsResult> {
  const { parts } = bench.options;
  const result: SymbolsResult = { answers: [], missing: [], costs: [], large: undefined };
  if (parts.includes('answers') || parts.includes('cost')) {
    const { files, missing } = prepareFiles(folder);
    result.missing = missing;
    const costly = parts.includes('cost') ? files.filter(({ name }) => COST_FILES.includes(name)) : [];
    for (const file of costly) result.costs.push(await costsOf(file, bench));
    for (const file of parts.includes('answers') ? files : []) result.answers.push(await judge(file, bench));
  }
  if (parts.includes('large')) result.large = await largeCosts(folder, bench);
  return result;
}

/** What others use while we wait. */
async function busyShare(): Promise<number> {
  const before = hostTime();
  await sleep(QUIET_LOOK_MS);
  return hostShares(before, hostTime()).busy;
}

async function run(options: SymbolsOptions, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  // Also when it ends early; by then everything that writes there has ended (bench/lib/child.ts).
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const filters = findFilters();
  const busy = await busyShare();
  const result = await measureAll({ options, filters }, folder);
  const facts = { ...runFacts('symbols', args), reference: filters.versions, busy };
  const { report, write } = options;
  publish({
    root: ROOT,
    report,
    name: 'symbols',
    text: section(facts, result),
    write,
    trial: 'a partial run',
  });
}

await runBench({ help: HELP, parse: parseSymbolsOptions, needsRoot: () => null, run });
