// Inlined calls in the views: frames of their own, in the order of the flame graph.
import { expect, it } from 'vitest';
import { ledgerOf, textBatch, textSymbols, withStore } from '../store/text-profile.ts';
import { TestRunner } from './recorded-runner.ts';

const PROFILE = `
  main               main
  parse>scan>step    parse>scan>step
  read@libc.so
  3                  4`;

it('gives every function of an inlined chain a frame, innermost first within its position', async () => {
  await withStore(async (store) => {
    await store.append(textBatch(PROFILE), ledgerOf(7));
    await store.appendSymbols(textSymbols(PROFILE));
    const sql = await TestRunner.on(store);
    try {
      expect(
        await sql.rows(
          `SELECT f.position, f.inline_depth, f.function, f.is_leaf, f.file, f.line FROM frames f
           JOIN samples s USING (stack_id) GROUP BY ALL HAVING count(*) = 4 ORDER BY ALL`,
        ),
      ).toEqual([
        [0, 0, 'step', true, 'step.c', 7],
        [0, 1, 'scan', false, 'scan.c', 7],
        [0, 2, 'parse', false, 'parse.c', 7],
        [1, 0, 'main', false, 'main.c', 7],
      ]);
      expect(await sql.rows(`SELECT functions, depth FROM stacks ORDER BY depth`)).toEqual([
        [['step', 'scan', 'parse', 'main'], 4],
        [['read', 'step', 'scan', 'parse', 'main'], 5],
      ]);
    } finally {
      await sql.close();
    }
  });
});

it('reads what a daemon has open, and what is stored later with the next copy', async () => {
  await withStore(async (store) => {
    const sql = await TestRunner.on(store);
    try {
      await store.append(textBatch(PROFILE), ledgerOf(7));
      expect(await sql.rows('SELECT count(*) FROM samples')).toEqual([[7]]);
      await store.append(textBatch(PROFILE), ledgerOf(14));
      expect((await store.usage()).samples).toBe(14);
      // The copy of the first statement serves some seconds more.
      expect(await sql.rows('SELECT count(*) FROM samples')).toEqual([[7]]);
    } finally {
      await sql.close();
    }
  });
});
