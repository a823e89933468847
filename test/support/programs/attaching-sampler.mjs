// attaching-sampler ADDON: a sampler as the launcher sees one. Says in which run it is and what it may do then; its first
// two runs that attach do so, the run between them finds that there is more to attach, the last one stays.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** @typedef {import('../../../src/collector/native.ts').Native} Native */
const { Channel } = /** @type {Native} */ (createRequire(import.meta.url)(process.argv[2] ?? ''));
const effective = /^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
/** Items that the launcher kept. */
let kept = 0;

const launcher = new Channel(3, (bytes) => {
  const text = bytes?.toString() ?? '';
  if (text.startsWith('K ')) kept++;
  if (text === 'E attach') attach();
  if (text === 'E') run();
});

/** @param {string} text */
const send = (text) => launcher.send(Buffer.from(text), [], true);

function attach() {
  console.log(`attach ${effective}`);
  send(`K item.${kept} 0\n`);
  send('A');
  process.exit(0);
}

function run() {
  console.log(`run ${effective}`);
  if (kept === 1) process.exit(77);
  process.once('SIGTERM', () => launcher.close());
}
