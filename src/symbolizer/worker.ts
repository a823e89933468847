// The worker thread: one request at a time, in order. An error that is not a miss ends it, and the main thread
// starts another.
import { parentPort, workerData } from 'node:worker_threads';
import { READY } from '../worker/ready.ts';
import { buffersOf } from './chain-columns.ts';
import type { Request, WorkerSettings } from './protocol.ts';
import { SymbolizeJobs } from './symbolize-job.ts';

if (parentPort === null) throw new Error('this file runs as a worker thread');
const port = parentPort;
const { maxIndexBytes, spillDirectory } = workerData as WorkerSettings;
const jobs = new SymbolizeJobs(maxIndexBytes, spillDirectory);

port.on('message', (request: Request) => {
  const reply = jobs.run(request);
  port.postMessage(reply, reply.type === 'symbolize' ? buffersOf(reply.columns) : []);
});
port.postMessage(READY);
