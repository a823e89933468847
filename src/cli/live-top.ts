// `top` on a terminal: looks every few seconds, draws, and obeys keys, until it is told to end.
import type { Paint } from './colours.ts';
import { CommandFailure, failureLine } from './failure.ts';
import type { ScreenInput, ScreenOutput } from './full-screen.ts';
import { FullScreen, screenSize } from './full-screen.ts';
import { rowsThatFit, screenLines } from './top-screen.ts';
import type { Sort, TopRequest, TopSnapshot, TopSource } from './top-source.ts';

export interface LiveTopOptions {
  source: TopSource;
  /** `limit` is undefined where the terminal decides. */
  request: Omit<TopRequest, 'limit'> & { limit: number | undefined };
  intervalMs: number;
  output: ScreenOutput;
  input: ScreenInput;
  paint: Paint;
}

const CTRL_C = '\x03';
const CTRL_D = '\x04';

export class LiveTop {
  readonly #options: LiveTopOptions;
  readonly #screen: FullScreen;
  #sort: Sort;
  #paused = false;
  #ended = false;
  #snapshot: TopSnapshot | null = null;
  #trouble: string | null = null;
  /** Ends the present wait: there is a reason to look at once. */
  #wake: () => void = () => undefined;

  private constructor(options: LiveTopOptions, first: TopSnapshot) {
    this.#options = options;
    this.#snapshot = first;
    this.#sort = options.request.sort;
    this.#screen = new FullScreen(options.output, options.input, {
      key: (key) => this.#key(key),
      resize: () => this.#draw(),
    });
  }

  /** Resolves when the user quits. The first look is taken before the terminal: its failure is the command's. */
  static async run(options: LiveTopOptions): Promise<void> {
    const { source, request, output } = options;
    const limit = request.limit ?? rowsThatFit(screenSize(output).rows);
    const live = new LiveTop(options, await source.look({ ...request, limit }));
    try {
      await live.#loop();
    } finally {
      live.#screen.leave();
    }
  }

  async #loop(): Promise<void> {
    this.#draw();
    while (await this.#goesOn()) {
      if (!this.#paused || this.#snapshot?.sort !== this.#sort) await this.#look();
      this.#draw();
    }
  }

  async #look(): Promise<void> {
    const { source, request } = this.#options;
    const limit = request.limit ?? rowsThatFit(this.#screen.size.rows);
    try {
      this.#snapshot = await source.look({ ...request, sort: this.#sort, limit });
      this.#trouble = null;
    } catch (error) {
      // A daemon that is being restarted comes back.
      if (!(error instanceof CommandFailure)) throw error;
      this.#trouble = failureLine(error).trim();
    }
  }

  /** Waits for the next look; false when there is to be none. */
  async #goesOn(): Promise<boolean> {
    if (!this.#ended) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#options.intervalMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return !this.#ended;
  }

  #key(key: string): void {
    if (key === 'q' || key === 'Q' || key === CTRL_C || key === CTRL_D) this.#ended = true;
    else if (key === 's') this.#sort = this.#sort === 'self' ? 'total' : 'self';
    else if (key === ' ') this.#paused = !this.#paused;
    else return;
    this.#draw();
    this.#wake();
  }

  #draw(): void {
    if (this.#ended) return;
    const state = { paused: this.#paused, trouble: this.#trouble };
    this.#screen.draw(screenLines(this.#snapshot, state, this.#screen.size, this.#options.paint));
  }
}
