// `pilotlight record`: one shot in one process, no store.
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import type { RecordRequest } from '../cli/commands/record.ts';
import { explainSamplerError } from '../cli/explain-sampler-error.ts';
import { CommandFailure } from '../cli/failure.ts';
import { tableText } from '../cli/function-lines.ts';
import type { OutputFile } from '../cli/output-file.ts';
import { openTarget, tellWritten } from '../cli/output-target.ts';
import { formatCount, ProgressLine } from '../cli/progress-line.ts';
import { outputWidth, print } from '../cli/standard-output.ts';
import { terminalJson } from '../cli/terminal-text.ts';
import { exitOnSignals } from '../cli/way-out.ts';
import { isNativeError } from '../collector/native.ts';
import type { TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';
import { topFunctions } from '../query/top.ts';
import type { RecordingEncoder } from './encode-recording.ts';
import { recordingEncoder } from './encode-recording.ts';
import { runCommand } from './recorded-command.ts';
import { Recorder } from './recorder.ts';
import { recordingEnd } from './recording-end.ts';

const TOP_ROWS = 30;

interface Recording {
  table: StackTable;
  range: TimeRange;
  exitCode: number;
}

/** Resolves to the exit code: the command's own where one was run. Rejects with a CommandFailure. */
export async function record(options: RecordRequest): Promise<number> {
  const { pid, output, format } = options;
  if (pid !== undefined && !existsSync(`/proc/${pid}`))
    throw new CommandFailure(`there is no process ${pid}`);
  const recorder = startRecorder(options);
  // Before the recording, so that its end is not the moment to learn that it cannot be written.
  const encode = recordingEncoder(format, titleOf(options));
  const file = output === undefined ? null : openTarget(output, format);
  const recording = await run(options, recorder);
  if (typeof recording === 'number') {
    file?.discard();
    return recording;
  }
  await write(options, encode, file, recording);
  return recording.exitCode;
}

/** What was recorded, as profiles name it. */
function titleOf({ command, pid }: RecordRequest): string {
  // Arguments may hold secrets, and profiles are handed around.
  if (command.length > 0) return basename(command[0]!);
  return pid === undefined ? hostname() : `process ${pid} of ${hostname()}`;
}

function startRecorder({ rateHz, pid, command }: RecordRequest): Recorder {
  try {
    const only = pid === undefined ? {} : { pid };
    return new Recorder({ rateHz, followedOnly: command.length > 0, ...only });
  } catch (error) {
    if (isNativeError(error)) throw new CommandFailure(explainSamplerError(error), { cause: error });
    throw error;
  }
}

/** What was recorded, or the exit code where there was nothing to record. */
async function run(options: RecordRequest, recorder: Recorder): Promise<Recording | number> {
  const { command, durationMs, pid } = options;
  const takeSignalsBack = exitOnSignals();
  await recorder.begin();
  takeSignalsBack(); // they are the command's or end the recording
  const fromMs = Date.now();
  let exitCode = 0;
  if (command.length > 0) {
    const end = await runCommand(command, (child) => recorder.follow(child));
    if (!end.ran) {
      await recorder.close();
      return end.exitCode;
    }
    ({ exitCode } = end);
  } else {
    const progress = new ProgressLine(() => progressText(performance.now() - begunMs, options, recorder));
    const begunMs = performance.now();
    await recordingEnd(durationMs, pid);
    progress.end();
  }
  exitOnSignals();
  const range = { fromMs, untilMs: Date.now() };
  return { table: await recorder.finish(), range, exitCode };
}

/** `recording, 3 s of 10 s, 1,234 samples`. With a command the terminal is the command's. */
function progressText(elapsedMs: number, { durationMs }: RecordRequest, { samples }: Recorder): string {
  const seconds = (ms: number) => formatCount(Math.floor(ms / 1000));
  return `recording, ${seconds(elapsedMs)} s of ${seconds(durationMs)} s, ${formatCount(samples)} samples`;
}

async function write(
  options: RecordRequest,
  encode: RecordingEncoder,
  file: OutputFile | null,
  { table, range }: Recording,
): Promise<void> {
  const { output, format, json } = options;
  const top = topFunctions(table, { limit: TOP_ROWS });
  if (top.totalCount === 0) {
    console.error('pilotlight: no samples: nothing of what was asked for ran on a CPU');
  }
  if (output !== undefined) {
    const bytes = await encode(table, range);
    if (file === null) await print(bytes);
    else {
      file.write(bytes);
      file.commit();
      tellWritten(file, format);
    }
  }
  if (json) await print(`${terminalJson({ ...range, ...top }, 2)}\n`);
  else if (output === undefined) await print(tableText(top, { width: outputWidth() }));
}
