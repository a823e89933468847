// A window as a bundle: unpacked into a new folder as it comes, or kept as the tar that it is.
import { askProfile } from './answers.ts';
import { requireNewFolder, unpackBundle } from './bundle-unpack.ts';
import { chunksOf, downloadTo } from './download.ts';
import { usageFailure } from './failure.ts';
import { OutputFile } from './output-file.ts';
import { BUNDLE_ENDING, shellWord } from './output-format.ts';
import type { Parameters, ProfileClient } from './profile-client.ts';
import { formatBytes, formatCount, ProgressLine } from './progress-line.ts';
import { printable } from './terminal-text.ts';
import { exitOnSignals } from './way-out.ts';

/** `output`: a new folder, or a file whose name ends in .tar. */
export async function exportBundle(
  client: ProfileClient,
  window: Parameters,
  output: string | undefined,
): Promise<void> {
  if (output === undefined || output === '-') {
    throw usageFailure('a bundle is a folder', 'name a new one: -o incident, or a file: -o incident.tar');
  }
  exitOnSignals();
  await (output.endsWith(BUNDLE_ENDING) ? keepTar : unpack)(client, { ...window, format: 'bundle' }, output);
}

async function keepTar(client: ProfileClient, asked: Parameters, output: string): Promise<void> {
  const file = OutputFile.open(output);
  await downloadTo(file, await askProfile(client, asked));
  const name = printable(file.path);
  process.stderr.write(
    `pilotlight: wrote ${name} (${formatBytes(file.bytes)}); look at it: tar xf ${shellWord(name)}, ` +
      'then pilotlight serve --no-sampler --data-dir with its folder\n',
  );
}

async function unpack(client: ProfileClient, asked: Parameters, output: string): Promise<void> {
  requireNewFolder(output);
  const response = await askProfile(client, asked);
  let bytes = 0;
  const progress = new ProgressLine(() => `${formatBytes(bytes)} so far`);
  const counted = async function* () {
    for await (const chunk of chunksOf(response)) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    const { samples } = await unpackBundle(counted(), output);
    progress.end();
    if (samples === 0) process.stderr.write('pilotlight: there are no samples in this window\n');
    const name = printable(output);
    process.stderr.write(
      `pilotlight: wrote ${name} (${formatCount(samples)} samples, ${formatBytes(bytes)}); look at it: ` +
        `pilotlight serve --no-sampler --data-dir ${shellWord(name)}\n`,
    );
  } finally {
    progress.end();
  }
}
