// Compiles a file on the worker thread as the service does, in a process of its own, and prints what it took as JSON.
import { closeSync, openSync, readFileSync } from 'node:fs';

// By its address: what is built is not there when the types are checked.
const built = new URL('../../dist/unwind/table-compiler.js', import.meta.url);
/** @type {typeof import('../../src/unwind/table-compiler.ts')} */
const { TableCompiler } = await import(built.href);
const [path = '', repetitions = '5'] = process.argv.slice(2);
const compiler = new TableCompiler();
/** @param {string} key @returns {number} bytes */
const memory = (key) =>
  1024 *
  Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
const beforeBytes = memory('VmRSS');
const ms = [];
let stats;
for (let i = 0; i < Number(repetitions); i++) {
  const fd = openSync(path, 'r');
  const begin = performance.now();
  const reply = await compiler.compile(fd, () => closeSync(fd));
  ms.push(performance.now() - begin);
  if (!reply.ok) throw new Error(`${path}: ${reply.reason}`);
  stats = { rows: reply.stats.rows, tableBytes: reply.table.length };
}
console.log(JSON.stringify({ ms, ...stats, beforeBytes, peakBytes: memory('VmHWM') }));
// Not waited for: a thread that ends keeps no process alive.
void compiler.close();
