// The interactions of our page, timed.
import type { Browser, Page } from 'playwright-core';
import { framesToClick, withPage } from './browser.ts';
import type { Recording } from './recording.ts';
import { Stopwatch } from './stopwatch.ts';

/** ms, one per repetition. */
export interface OurTimes {
  firstFlameGraph: number[];
  zoom: number[];
  search: number[];
  newWindow: number[];
  /** Frames drawn in the whole window. */
  frames: number;
}

const WATCHED = { area: '#chart', ready: '#chart g.frame rect', attributes: true };
const FRAMES = '#chart g.frame';

export async function measureOurs(
  browser: Browser,
  origin: string,
  recording: Recording,
  terms: readonly string[],
  repetitions: number,
): Promise<OurTimes> {
  const { fromMs, untilMs } = recording;
  const url = `${origin}/?from=${fromMs}&until=${untilMs}`;
  const firstFlameGraph: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    firstFlameGraph.push(
      await withPage(browser, async (page) => (await Stopwatch.on(page, WATCHED)).load(url)),
    );
  }
  return withPage(browser, async (page) => {
    const watch = await Stopwatch.on(page, WATCHED);
    await watch.load(url);
    const frames = await page.locator(FRAMES).count();
    const zoom = await zooms(page, watch, repetitions);
    const search = await searches(page, watch, terms, repetitions);
    const newWindow = await windows(page, watch, repetitions);
    return { firstFlameGraph, zoom, search, newWindow, frames };
  });
}

async function zooms(page: Page, watch: Stopwatch, repetitions: number): Promise<number[]> {
  const times: number[] = [];
  for (const { x, y } of await framesToClick(page, FRAMES, repetitions)) {
    times.push(await watch.after('click', () => page.mouse.click(x, y)));
    await page.mouse.move(2, 2);
    await watch.after('keydown', () => page.keyboard.press('Escape'));
  }
  return times;
}

/** Each term as a whole, as it is pasted; then the field is emptied. */
async function searches(
  page: Page,
  watch: Stopwatch,
  terms: readonly string[],
  repetitions: number,
): Promise<number[]> {
  const field = page.locator('#search');
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const term = terms[i % terms.length]!;
    times.push(await watch.after('input', () => field.fill(term)));
    await watch.after('input', () => field.fill(''));
  }
  return times;
}

/** Drags over the recorded part of the timeline: windows of two fifths of it, at another place each time. */
async function windows(page: Page, watch: Stopwatch, repetitions: number): Promise<number[]> {
  // The window as it was opened: all that is recorded.
  const whole = await page.locator('#timeline .brush:visible').first().boundingBox();
  if (whole === null) throw new Error('the page shows no window on its timeline');
  const y = whole.y + whole.height * 0.7;
  const at = (part: number) => whole.x + whole.width * part;
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const from = 0.02 + (0.5 * ((i * 7) % repetitions)) / repetitions;
    await page.mouse.move(at(from), y);
    await page.mouse.down();
    await page.mouse.move(at(from + 0.2), y, { steps: 4 });
    await page.mouse.move(at(from + 0.4), y, { steps: 4 });
    times.push(await watch.after('pointerup', () => page.mouse.up()));
  }
  return times;
}
