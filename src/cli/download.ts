// An answer's body on its way to a file or to standard output, as it comes.
import { CommandFailure, errorCode } from './failure.ts';
import type { OutputFile } from './output-file.ts';
import { formatBytes, ProgressLine } from './progress-line.ts';
import { outputIsClosed, print } from './standard-output.ts';
import { printableLines } from './terminal-text.ts';

/** Takes the body chunk by chunk; the progress line is on standard error. Resolves to the bytes it had. */
async function eachChunk(
  response: Response,
  take: (chunk: Uint8Array) => void | Promise<void>,
): Promise<number> {
  let bytes = 0;
  const progress = new ProgressLine(() => `${formatBytes(bytes)} so far`);
  try {
    for await (const chunk of chunksOf(response)) {
      await take(chunk);
      bytes += chunk.length;
    }
    return bytes;
  } finally {
    progress.end();
  }
}

export async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw broken(error);
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Of a download that is given up; of one that is complete this does nothing.
    await reader.cancel().catch(() => undefined);
  }
}

function broken(error: unknown): CommandFailure {
  const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return new CommandFailure(
    `the connection broke off before the profile was complete: ${errorCode(reason)}`,
    {
      hint: 'nothing was written; try again',
      cause: error,
    },
  );
}

/** The file is there once it is complete, and as it was before when it cannot be. */
export async function downloadTo(file: OutputFile, response: Response): Promise<number> {
  try {
    const bytes = await eachChunk(response, (chunk) => file.write(chunk));
    file.commit();
    return bytes;
  } finally {
    file.discard();
  }
}

/** To a terminal only text may be sent: what is not printable in it is made visible. */
export function downloadToStandardOutput(response: Response): Promise<number> {
  const decoder = new TextDecoder();
  const { isTTY } = process.stdout;
  return eachChunk(response, async (chunk) => {
    if (outputIsClosed()) return;
    await print(isTTY ? printableLines(decoder.decode(chunk, { stream: true })) : chunk);
  });
}
