import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MARKER_OBJECT } from '../../src/model/location.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { encodePprof } from '../../src/query/pprof.ts';
import { decodePprof } from './decode-pprof.ts';
import { anyGroupedTable, codeObject, frame, PERIOD_NS, stackTable } from './stack-table.ts';

const RANGE = { fromMs: 1_700_000_000_123, untilMs: 1_700_000_010_123 };

describe('encodePprof', () => {
  it('states types, units, period, time and duration', async () => {
    const table = stackTable('main\n3');
    const profile = decodePprof(await encodePprof(table, { range: RANGE, comments: ['from Pilotlight'] }));
    expect(profile).toMatchObject({
      sampleTypes: ['samples/count', 'cpu/nanoseconds'],
      defaultSampleType: 'cpu',
      periodType: 'cpu/nanoseconds',
      period: PERIOD_NS,
      timeNanos: '1700000000123000000',
      durationNanos: '10000000000',
      comments: ['from Pilotlight'],
    });
    expect(profile.stringTable[0]).toBe('');
  });

  it('gives mappings their build ids and only the flags that hold', async () => {
    const table: StackTable = {
      ...stackTable('main@a  f>g@b  [c.so]@c  sys_read@k\n1       1      1         1'),
      objects: [
        codeObject('/bin/a', 'elf', 'aa11'),
        codeObject('/lib/b.so', 'elf', 'bb22'),
        codeObject('/lib/c.so', 'elf', 'cc33'),
        codeObject('whatever', 'kernel', 'dd44'),
      ],
    };
    table.locationFrames[1] = [frame('g', { file: 'b.c', line: 3 }), frame('f')];
    const { mappings } = decodePprof(await encodePprof(table, { range: RANGE }));
    const none = { hasFunctions: false, hasFilenames: false, hasLineNumbers: false, hasInlineFrames: false };
    expect(mappings).toMatchObject([
      { ...none, id: '1', filename: '/bin/a', buildId: 'aa11', hasFunctions: true },
      {
        id: '2',
        filename: '/lib/b.so',
        hasFunctions: true,
        hasFilenames: true,
        hasLineNumbers: true,
        hasInlineFrames: true,
      },
      { ...none, id: '3', filename: '/lib/c.so', buildId: 'cc33' },
      { ...none, id: '4', filename: '[kernel.kallsyms]', buildId: 'dd44', hasFunctions: true },
    ]);
  });

  it('keeps every address inside of its mapping', async () => {
    const table = { ...stackTable('main\n1'), locationAddress: Float64Array.of(2 ** 52) };
    const { mappings, samples } = decodePprof(await encodePprof(table, { range: RANGE }));
    expect(samples[0]!.locations[0]!.address).toBe(2 ** 52);
    expect(mappings[0]).toMatchObject({
      memoryStart: '0',
      memoryLimit: '18446744073709551615',
      fileOffset: '0',
    });
  });

  it('gives markers a name but no mapping', async () => {
    const table = { ...stackTable('[truncated]\n1'), objects: [MARKER_OBJECT] };
    const { mappings, samples } = decodePprof(await encodePprof(table, { range: RANGE }));
    expect(mappings).toEqual([]);
    expect(samples[0]!.locations).toMatchObject([{ object: null, frames: [{ name: '[truncated]' }] }]);
  });

  it('labels samples with their group and with what all share', async () => {
    const table = stackTable('main  main\n1     2', ['node', '']);
    const profile = decodePprof(
      await encodePprof(table, { range: RANGE, groupBy: 'comm', labels: { host: 'web-1' } }),
    );
    expect(profile.samples.map(({ labels }) => labels)).toEqual([
      { comm: 'node', host: 'web-1' },
      { host: 'web-1' },
    ]);
  });

  it('encodes an empty table', async () => {
    const profile = decodePprof(await encodePprof(stackTable([]), { range: RANGE }));
    expect([profile.samples, profile.mappings]).toEqual([[], []]);
  });

  it('decodes to the stacks, values, names and labels that were encoded', async () => {
    await fc.assert(
      fc.asyncProperty(anyGroupedTable, async (table) => {
        const profile = decodePprof(await encodePprof(table, { range: RANGE, groupBy: 'comm' }));
        const expected = Array.from(table.count, (count, stack) => ({
          values: [count, count * PERIOD_NS],
          labels: table.group![stack] === '' ? {} : { comm: table.group![stack] },
          locations: [...table.stackLocations.subarray(table.offsets[stack], table.offsets[stack + 1])].map(
            (at) => ({
              address: table.locationAddress[at],
              object: table.objects[table.locationObject[at]!]!.path,
              frames: table.locationFrames[at],
            }),
          ),
        }));
        expect(profile.samples).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
