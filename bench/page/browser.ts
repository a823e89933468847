// Headless Chromium for the benchmark.
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['PILOTLIGHT_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}

/** A page in a context of its own: nothing cached, nothing stored. */
export async function withPage<T>(browser: Browser, work: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    return await work(await context.newPage());
  } finally {
    await context.close();
  }
}

export interface Point {
  x: number;
  y: number;
}

/** Frames' rectangles on the screen that can be clicked and are worth zooming into, spread over the graph. */
export async function framesToClick(page: Page, selector: string, wanted: number): Promise<Point[]> {
  const boxes = await page.locator(selector).evaluateAll((elements) => {
    const visible = [];
    for (const element of elements) {
      const { x, y, width, height } = element.getBoundingClientRect();
      const inside = y > 0 && y + height < innerHeight && width > 40 && width < innerWidth * 0.7;
      // What lies on top there gets the click.
      if (inside && element.contains(document.elementFromPoint(x + width / 2, y + height / 2))) {
        visible.push({ x: x + width / 2, y: y + height / 2 });
      }
    }
    return visible;
  });
  if (boxes.length === 0) throw new Error(`no frame of ${selector} can be clicked`);
  return Array.from(
    { length: wanted },
    (_, i) => boxes[Math.floor((i * boxes.length) / wanted) % boxes.length]!,
  );
}
