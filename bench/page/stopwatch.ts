// Times in the page itself: from an input to the frame on the screen after which nothing changes any more.
import type { Page } from 'playwright-core';

/** An area that has not changed for this long, with no request on its way, has settled. */
const QUIET_MS = 400;
const HANG_MS = 60_000;

const INPUTS = ['click', 'pointerup', 'input', 'keydown', 'popstate'] as const;

declare global {
  interface Window {
    stopwatch: {
      /** The moment of the input, on the page's clock. */
      startMs: number;
      /** When the last change of the area was on the screen. */
      paintMs: number;
      changeMs: number;
      requests: number;
    };
  }
}

/**
 * Runs in the page before its own scripts: notes inputs, requests on their way, and when a change of the area has been
 * painted (a task after the animation frame that follows it). Text, so that no compiler's helpers are in it.
 */
function stopwatchScript({ area, ready, attributes }: Watched): string {
  return `(() => {
    const watch = { startMs: 0, paintMs: 0, changeMs: 0, requests: 0 };
    window.stopwatch = watch;
    const inputs = ${JSON.stringify(INPUTS)};
    for (const type of inputs) {
      addEventListener(type, (event) => { if (watch.armed === type) watch.startMs = event.timeStamp; }, true);
    }
    const fetched = window.fetch;
    window.fetch = (...args) => {
      watch.requests++;
      return fetched(...args).finally(() => setTimeout(() => watch.requests--, 50));
    };
    const changed = () => {
      if (document.querySelector(${JSON.stringify(ready)}) === null) return;
      watch.changeMs = performance.now();
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => { watch.paintMs = performance.now(); };
        channel.port2.postMessage(0);
      });
    };
    const observe = () => {
      const found = document.querySelector(${JSON.stringify(area)});
      if (found === null) return false;
      const all = { subtree: true, childList: true, attributes: ${attributes}, characterData: true };
      new MutationObserver(changed).observe(found, all);
      changed();
      return true;
    };
    if (!observe()) {
      const waiting = new MutationObserver(() => { if (observe()) waiting.disconnect(); });
      waiting.observe(document, { subtree: true, childList: true });
    }
  })();`;
}

export interface Watched {
  /** Selector of the area whose changes count. */
  area: string;
  /** Selector of something that is there once the area shows what it is for. */
  ready: string;
  /** Whether changed attributes count; otherwise only what comes and goes. */
  attributes: boolean;
}

export class Stopwatch {
  readonly #page: Page;
  readonly #watched: Watched;

  private constructor(page: Page, watched: Watched) {
    this.#page = page;
    this.#watched = watched;
  }

  static async on(page: Page, watched: Watched): Promise<Stopwatch> {
    await page.addInitScript(stopwatchScript(watched));
    return new Stopwatch(page, watched);
  }

  /** ms from the start of the navigation until the area was drawn. */
  async load(url: string): Promise<number> {
    await this.#page.goto(url, { waitUntil: 'commit' });
    await this.#page.waitForSelector(this.#watched.ready, { state: 'attached', timeout: HANG_MS });
    return this.#settled();
  }

  /** ms from the event of that type which `act` causes until the area was drawn anew. */
  async after(type: (typeof INPUTS)[number], act: () => Promise<unknown>): Promise<number> {
    await this.#page.evaluate((armed) => {
      Object.assign(window.stopwatch, { armed, startMs: 0, paintMs: 0, changeMs: 0 });
    }, type);
    await act();
    const paintMs = await this.#settled();
    const startMs = await this.#page.evaluate(() => window.stopwatch.startMs);
    if (startMs === 0) throw new Error(`the page saw no ${type}`);
    return paintMs - startMs;
  }

  /** ms on the page's clock at which the last change was on the screen. */
  async #settled(): Promise<number> {
    const settled = this.#page.waitForFunction(
      (quietMs) => {
        const { paintMs, changeMs, requests } = window.stopwatch;
        return paintMs > 0 && paintMs >= changeMs && requests === 0 && performance.now() - changeMs > quietMs;
      },
      QUIET_MS,
      { timeout: HANG_MS },
    );
    await settled.catch(async (cause: unknown) => {
      const state = await this.#page.evaluate(() => JSON.stringify(window.stopwatch));
      throw new Error(`${this.#watched.area} of ${this.#page.url()} did not settle: ${state}`, { cause });
    });
    return this.#page.evaluate(() => window.stopwatch.paintMs);
  }
}
