// `npm start`: set up what is missing, then become `pilotlight serve` with the arguments given.
import { join } from 'node:path';
import { ROOT, setupOrExit } from './setup.mjs';

await setupOrExit('run');
const program = join(ROOT, 'bin', 'pilotlight.js');
// In this process, not in a child: `serve` replaces itself by the launcher, and no idle Node.js stays behind.
process.argv = [process.execPath, program, 'serve', ...process.argv.slice(2)];
await import(program);
