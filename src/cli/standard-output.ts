// Standard output, of which the reader may leave at any time (`pilotlight top --once | head -3`).
import { errorCode, failureLine } from './failure.ts';
import { screenSize } from './full-screen.ts';

let readerLeft = false;

/** Once, at the start: a reader that has left is no error; anything else that output meets is. */
export function watchStandardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      process.stderr.write(failureLine({ message: `cannot write the output: ${errorCode(error)}` }));
      process.exit(1);
    }
    readerLeft = true;
  });
}

/** True once nobody reads standard output any more: there is nothing to go on for. */
export function outputIsClosed(): boolean {
  return readerLeft || process.stdout.destroyed;
}

/** Columns that lines have to fit; undefined where standard output is no terminal. */
export function outputWidth(): number | undefined {
  return process.stdout.isTTY ? screenSize(process.stdout).columns : undefined;
}

/** Resolves when the text was taken, or will never be because the reader has left. */
export function print(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (outputIsClosed()) return resolve();
    process.stdout.write(text, () => resolve());
  });
}
