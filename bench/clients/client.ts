// One client: asks, takes the whole answer, waits as a page or a person would, asks again.
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** An answer, or what came in its place. */
export interface Answered {
  /** Path without parameters. */
  route: string;
  /** 0: the connection failed. */
  status: number;
  ms: number;
  bytes: number;
}

/** A path, and the seconds after its answer until the next. */
export interface Step {
  path: string;
  pauseSeconds: number;
}

export interface ClientOptions {
  url: string;
  steps: Iterable<Step>;
  /** performance.now() at which nothing more is asked. */
  untilMs: number;
  note: (answered: Answered) => void;
}

/** Browsers and programs give up on their own; this is longer than the server's own deadlines. */
const PATIENCE_MS = 90_000;

/** Resolves when its time is over and its last answer has come. */
export async function runClient({ url, steps, untilMs, note }: ClientOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (const { path, pauseSeconds } of steps) {
      if (performance.now() >= untilMs) return;
      const answered = await ask(agent, url, path);
      note(answered);
      const pauseMs = Math.max(0, Math.min(pauseSeconds * 1000, untilMs - performance.now()));
      await sleep(pauseMs);
    }
  } finally {
    agent.destroy();
  }
}

function ask(agent: Agent, url: string, path: string): Promise<Answered> {
  const beganMs = performance.now();
  const route = path.split('?')[0]!;
  return new Promise((resolve) => {
    let bytes = 0;
    const done = (status: number) => resolve({ route, status, ms: performance.now() - beganMs, bytes });
    const request = get(url + path, { agent, timeout: PATIENCE_MS }, (response) => {
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => done(response.statusCode ?? 0));
      response.on('error', () => done(0));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => done(0));
  });
}
