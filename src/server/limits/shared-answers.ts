// Requests for the same that wait for a place are answered together: two hundred pages that follow the last five minutes
// cost what one costs. Only those join that came before the work began, so that nobody gets an answer older than asked for.
import type { Context, Next } from 'hono';
import type { WorkGate } from './work-gate.ts';

interface Answer {
  status: number;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
}

/** One turn at the gate, for all who wait for it. */
interface Turn {
  /** Undefined where nobody has joined. */
  answer: Promise<Answer | undefined>;
  joined: boolean;
  /** Those that have not left. */
  clients: number;
  /** All clients have left. */
  abandoned: AbortController;
}

export class SharedAnswers {
  /** Those that have not begun, by what they will answer. */
  readonly #turns = new Map<string, Turn>();

  /** Undefined where the answer is in `c.res`, as after `next`. Rejects as the gate does. */
  async run(c: Context, next: Next, gate: WorkGate): Promise<Response | undefined> {
    const key = `${c.req.method} ${c.req.url}`;
    const turn = this.#turns.get(key);
    if (turn === undefined) {
      await this.#begin(key, c, next, gate).answer;
      return undefined;
    }
    turn.joined = true;
    join(turn, c.req.raw.signal);
    const { bytes, ...init } = (await turn.answer)!;
    return new Response(bytes, init);
  }

  #begin(key: string, c: Context, next: Next, gate: WorkGate): Turn {
    const abandoned = new AbortController();
    const turn: Turn = { answer: Promise.resolve(undefined), joined: false, clients: 0, abandoned };
    join(turn, c.req.raw.signal);
    this.#turns.set(key, turn);
    const work = async () => {
      this.#turns.delete(key);
      await next();
      return turn.joined ? takeAnswer(c) : undefined;
    };
    turn.answer = gate.run(work, abandoned.signal).finally(() => {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    });
    return turn;
  }
}

function join(turn: Turn, signal: AbortSignal): void {
  turn.clients++;
  signal.addEventListener('abort', () => {
    turn.clients--;
    if (turn.clients === 0) turn.abandoned.abort();
  });
}

/** A body can be read once: the first client gets a copy of it too. */
async function takeAnswer(c: Context): Promise<Answer> {
  const { status, headers } = c.res;
  const answer = { status, headers, bytes: new Uint8Array(await c.res.arrayBuffer()) };
  c.res = new Response(answer.bytes, { status, headers });
  return answer;
}
