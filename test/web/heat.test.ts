// The heat map in a real browser, on recorded data.
import { describe, expect, it } from 'vitest';
import { recordedWindow, serveRecorded, usePage } from '../support/page-fixture.ts';
import { RECORDED_WINDOWS } from '../support/recorded-data.ts';

const fixture = usePage(serveRecorded);
const { after } = RECORDED_WINDOWS;

const canvas = () => fixture.page.locator('#heat-canvas');
const drawn = () => fixture.page.locator('#heat-note', { hasText: /^Each column is / }).waitFor();

async function openMap(): Promise<void> {
  await fixture.open(`${recordedWindow('after')}&heat=1`);
  await drawn();
}

/** A point of the map, in parts of its width and height. */
async function pointAt(x: number, y: number): Promise<{ x: number; y: number }> {
  const box = (await canvas().boundingBox())!;
  return { x: box.x + x * box.width, y: box.y + y * box.height };
}

/** Red, green, blue of a cell's pixel. */
const pixel = (column: number, row: number) =>
  canvas().evaluate(
    (element: HTMLCanvasElement, [x, y]) => [
      ...element.getContext('2d')!.getImageData(x!, y!, 1, 1).data.slice(0, 3),
    ],
    [column, row],
  );

describe('the heat map', () => {
  it('comes and goes by its button and by a key, and is in the address', async () => {
    await fixture.open(recordedWindow('after'));
    const { page } = fixture;
    expect(await canvas().isVisible()).toBe(false);
    const asked = page.waitForRequest('**/api/v1/heatmap*');
    await page.getByRole('button', { name: 'Heat map' }).click();
    const { searchParams } = new URL((await asked).url());
    expect(Object.fromEntries(searchParams)).toEqual({
      from: String(after.fromMs),
      until: String(after.untilMs),
    });
    await drawn();
    expect(await fixture.state()).toMatchObject({ heat: '1' });
    await fixture.shot('heat-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await fixture.shot('heat-dark');
    await page.keyboard.press('h');
    expect(await canvas().isVisible()).toBe(false);
    expect(await fixture.state()).not.toHaveProperty('heat');
  });

  it('draws what the server counted: the fullest cell is darkest, an empty one is bare', async () => {
    await openMap();
    const answer = await fetch(`${fixture.server.url}/api/v1/heatmap${recordedWindow('after')}`);
    const { weightNs, max, rows } = (await answer.json()) as {
      weightNs: number[];
      max: number;
      rows: number;
    };
    const place = (cell: number) => [Math.floor(cell / rows), cell % rows] as const;
    expect(await pixel(...place(weightNs.indexOf(max)))).toEqual([150, 32, 18]);
    expect(await pixel(...place(weightNs.indexOf(0)))).toEqual([250, 247, 243]);
    // Reading a canvas twice is what the browser complains of; only this test does.
    expect(fixture.takeComplaints().filter((text) => !text.includes('willReadFrequently'))).toEqual([]);
  });

  it('chooses a second by a click', async () => {
    await openMap();
    const { page } = fixture;
    const { x, y } = await pointAt(0.5, 0.5);
    await page.mouse.move(x, y);
    await page.getByRole('tooltip').filter({ hasText: 'CPUs busy' }).waitFor();
    await page.mouse.click(x, y);
    const { from, until, rangeFrom } = await fixture.state();
    expect(Number(until) - Number(from)).toBe(1000);
    expect(Number(from)).toBe(after.fromMs + 300_000);
    expect(rangeFrom).toBeDefined();
    await page.goBack();
    expect((await fixture.state())['from']).toBe(String(after.fromMs));
  });

  it('chooses a part of a second, or of several, by a drag', async () => {
    await openMap();
    const { mouse } = fixture.page;
    const [start, end] = [await pointAt(0.25, 0.31), await pointAt(0.2517, 0.71)];
    await mouse.move(start.x, start.y);
    await mouse.down();
    await mouse.move(end.x, end.y, { steps: 3 });
    await mouse.up();
    const { from, until } = await fixture.state();
    expect(Number(from) - after.fromMs).toBe(150_300);
    expect(Number(until) - after.fromMs).toBe(151_720);
  });

  it('says what is wrong where it cannot be drawn', async () => {
    await fixture.page.route('**/api/v1/heatmap*', (route) =>
      route.fulfill({ status: 400, json: { error: { code: 'too_many_cells', message: 'too many cells' } } }),
    );
    await fixture.open(`${recordedWindow('after')}&heat=1`);
    await fixture.page.locator('#heat-note', { hasText: 'cannot be drawn: too many cells' }).waitFor();
    expect(fixture.takeComplaints()).toHaveLength(1);
  });
});
