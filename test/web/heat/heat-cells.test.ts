import { describe, expect, it } from 'vitest';
import type { HeatmapBody } from '../../../web/src/api.ts';
import {
  cellAt,
  cellSpan,
  figuresAt,
  spanOfColumn,
  spanOfDrag,
  strengths,
} from '../../../web/src/heat/heat-cells.ts';

/** 10.5 s to 13.2 s: the columns of the seconds 10 to 13, in slices of 300 ms of which the last has 100. */
const BODY: HeatmapBody = {
  ...{ fromMs: 10_500, untilMs: 13_200, columnMs: 1000, rowMs: 300, columns: 4, rows: 4 },
  ...{ unit: 'nanoseconds', max: 600e6 },
  weightNs: [0, 0, 150e6, 0, 600e6, 0, 0, 50e6, 0, 0, 0, 0, 0, 0, 0, 0],
  count: [0, 0, 15, 0, 60, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0],
};

describe('the cells of a heat map', () => {
  it('lie from left to right and from top to bottom, and a point on the edge is in one', () => {
    expect(cellAt(BODY, 0, 0)).toEqual({ column: 0, row: 0 });
    expect(cellAt(BODY, 0.49, 0.51)).toEqual({ column: 1, row: 2 });
    expect(cellAt(BODY, 1, 1)).toEqual({ column: 3, row: 3 });
    expect(cellAt(BODY, -0.1, 1.5)).toEqual({ column: 0, row: 3 });
  });

  it('begin with the second, not with the window', () => {
    expect(cellSpan(BODY, { column: 0, row: 1 })).toEqual({ fromMs: 10_300, untilMs: 10_600 });
    expect(cellSpan(BODY, { column: 2, row: 3 })).toEqual({ fromMs: 12_900, untilMs: 13_000 });
  });

  it('tell CPUs busy by their own length, which is shorter at the end of a column', () => {
    expect(figuresAt(BODY, { column: 1, row: 0 })).toEqual({ cpus: 2, count: 60 });
    expect(figuresAt(BODY, { column: 1, row: 3 })).toEqual({ cpus: 0.5, count: 5 });
  });

  it('are coloured between nothing and the most', () => {
    expect([...strengths(BODY)].slice(2, 5)).toEqual([0.5, 0, 1]);
    expect([...strengths({ ...BODY, weightNs: [0, 0], max: 0 })]).toEqual([0, 0]);
  });
});

describe('what is chosen on a heat map', () => {
  it('is the time between two cells, in whichever order they were given', () => {
    const [one, other] = [
      { column: 1, row: 2 },
      { column: 2, row: 0 },
    ];
    expect(spanOfDrag(BODY, one, other)).toEqual({ fromMs: 11_600, untilMs: 12_300 });
    expect(spanOfDrag(BODY, other, one)).toEqual({ fromMs: 11_600, untilMs: 12_300 });
  });

  it('stays within the window', () => {
    expect(spanOfColumn(BODY, 0)).toEqual({ fromMs: 10_500, untilMs: 11_000 });
    expect(spanOfColumn(BODY, 3)).toEqual({ fromMs: 13_000, untilMs: 13_200 });
    expect(spanOfDrag(BODY, { column: 0, row: 0 }, { column: 3, row: 3 })).toEqual({
      fromMs: 10_500,
      untilMs: 13_200,
    });
  });
});
