// The worker thread: compiles one table at a time, in order. An error that is not an answer ends it, and the main
// thread starts another.
import { parentPort } from 'node:worker_threads';
import { FdSource, isSystemError, type ByteSource } from '../binary/byte-source.ts';
import { READY } from '../worker/ready.ts';
import { compileUnwindTable } from './compile-table.ts';
import type { CompileReply, CompileRequest } from './protocol.ts';
import { tableStats } from './table-stats.ts';
import { decodeUnwindTable } from './unwind-table.ts';

if (parentPort === null) throw new Error('this file runs as a worker thread');
const port = parentPort;

port.on('message', ({ fd }: CompileRequest) => {
  const reply = compile(fd);
  port.postMessage(reply, reply.ok ? [reply.table.buffer] : []);
});
port.postMessage(READY);

function compile(fd: number): CompileReply {
  const source = open(fd);
  if (source === null) return { ok: false, reason: 'no-file' };
  const compiled = compileUnwindTable(source);
  if (!compiled.ok) return compiled;
  const { table, entries } = compiled;
  // Decoding checks what was compiled: a fault of ours ends here, and not in a walk.
  return { ok: true, table, entries, stats: tableStats(decodeUnwindTable(table)) };
}

function open(fd: number): ByteSource | null {
  try {
    return new FdSource(fd);
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}
