// Asking a filter: how long it takes to the last answer, and its memory by then.
import { endChild, exited, startChild, within, type Child } from '../lib/child.ts';
import { readUsage } from '../lib/process-usage.ts';
import type { Filter } from './filter.ts';

export interface Asked {
  /** From the start of the process to the last answer. */
  ms: number;
  /** Each time that the same addresses were asked after that. */
  againMs: number[];
  /** VmHWM at the last answer. */
  peakBytes: number;
  /** To the first time they were asked. */
  output: string;
}

export interface AskOptions {
  /** How often the addresses are asked once more, when all answers are there. */
  again?: number;
  patienceMs?: number;
}

/** addr2line of binutils reads every unit before its first answer. */
const PATIENCE_MS = 600_000;

/** One process. Rejects when it ends early or answers too slowly. */
export async function ask(
  { name, command, args, begins, linesOfAnswer }: Filter,
  path: string,
  addresses: readonly number[],
  { again = 0, patienceMs = PATIENCE_MS }: AskOptions = {},
): Promise<Asked> {
  const input = addresses.map((address) => `0x${address.toString(16)}\n`).join('');
  const beginMs = performance.now();
  const child = startChild(command, [...args, path], { endSignal: 'SIGTERM' });
  const answers = new AnswerCounter(child, begins, linesOfAnswer);
  const round = async (fromMs: number): Promise<number> => {
    const done = answers.next(addresses.length);
    child.stdin.write(input);
    if (await within(Promise.race([done, exited(child)]), patienceMs)) {
      if (answers.complete) return performance.now() - fromMs;
      throw new Error(`${name} ended early on ${path}`);
    }
    await endChild(child, 'SIGKILL', 5000);
    throw new Error(`${name} did not answer within ${patienceMs / 1000} s on ${path}`);
  };
  const ms = await round(beginMs);
  const output = answers.text;
  const againMs: number[] = [];
  for (let i = 0; i < again; i++) againMs.push(await round(performance.now()));
  const { peakBytes } = readUsage(child.pid!);
  child.stdin.end();
  await exited(child);
  // What is inlined at the last address may come after the answer was told complete.
  return { ms, againMs, peakBytes, output: again === 0 ? answers.text : output };
}

/** Tells when so many answers have come. */
class AnswerCounter {
  text = '';
  private readonly begins: (line: string) => boolean;
  private readonly linesOfAnswer: number;
  private rest = '';
  private missing = 0;
  private linesSince = 0;
  private resolve: () => void = () => undefined;

  constructor({ stdout, stderr }: Child, begins: (line: string) => boolean, linesOfAnswer: number) {
    this.begins = begins;
    this.linesOfAnswer = linesOfAnswer;
    stdout.setEncoding('utf8');
    stdout.on('data', (chunk: string) => this.chunk(chunk));
    stderr.resume();
  }

  get complete(): boolean {
    return this.missing === 0 && this.linesSince >= this.linesOfAnswer;
  }

  next(count: number): Promise<void> {
    this.missing = count;
    this.text = '';
    return new Promise((resolve) => (this.resolve = resolve));
  }

  private chunk(chunk: string): void {
    this.text += chunk;
    const lines = (this.rest + chunk).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) {
      const begins = this.begins(line);
      if (begins) this.missing--;
      this.linesSince = begins ? 1 : this.linesSince + 1;
    }
    if (this.complete) this.resolve();
  }
}
