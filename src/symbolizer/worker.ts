// The worker thread: one request at a time, in order. An error that is not a miss ends it, and the main thread
// starts another.
import { parentPort, workerData } from 'node:worker_threads';
import { collectGarbage, threadBytes } from '../worker/collect-garbage.ts';
import { READY } from '../worker/ready.ts';
import { buffersOf } from './chain-columns.ts';
import type { Request, WorkerSettings } from './protocol.ts';
import { SymbolizeJobs } from './symbolize-job.ts';

if (parentPort === null) throw new Error('this file runs as a worker thread');
const port = parentPort;
const { maxIndexBytes, spillDirectory } = workerData as WorkerSettings;
/** Between the last job and a collection. */
const REST_MS = 1_000;
/** What jobs may leave behind until then; after a start the worker's code and first indexes are some 10 MB. */
const MAX_LEFT_BYTES = 24 << 20;

const jobs = new SymbolizeJobs(maxIndexBytes, spillDirectory);

let resting: NodeJS.Timeout | undefined;

port.on('message', (request: Request) => {
  const reply = jobs.run(request);
  resting?.refresh();
  resting ??= setTimeout(tidy, REST_MS).unref();
  port.postMessage(reply, reply.type === 'symbolize' ? buffersOf(reply.columns) : []);
});
port.postMessage(READY);

function tidy(): void {
  resting = undefined;
  if (threadBytes() - jobs.indexBytes > MAX_LEFT_BYTES) collectGarbage();
}
