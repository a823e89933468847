// A profile put into the report's template. Names come from untrusted processes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callTree, flamegraphJson } from '../../src/query/call-tree.ts';
import type { ReportPayload } from '../../src/query/report-html.ts';
import { encodeReport, ReportTemplateError } from '../../src/query/report-html.ts';
import { stackTable } from './stack-table.ts';

const TEMPLATE =
  '<html><body><script type="application/json" id="profile"></script><script type="module">start()</script></body></html>';

function payload(title: string, name = 'main'): ReportPayload {
  const tree = callTree(stackTable([{ frames: [`${name}@app`], count: 3 }]));
  const flamegraph = { ...flamegraphJson(tree), ...{ fromMs: 0, untilMs: 1000, periodNs: 10_000_000 } };
  return { title, flamegraph: { ...flamegraph, objectKinds: ['', 'elf'] } };
}

/** What a browser takes for the element's text: everything up to the first end tag. */
function embedded(html: string): string {
  return /<script type="application\/json" id="profile">(.*?)<\/script/s.exec(html)![1]!;
}

describe('encodeReport', () => {
  it('puts the profile into its place and leaves the rest of the template as it is', () => {
    const html = encodeReport(TEMPLATE, payload('a title'));
    expect(JSON.parse(embedded(html))).toEqual(payload('a title'));
    expect(html.replace(embedded(html), '')).toBe(TEMPLATE);
  });

  it.each([
    '</script><script>alert(1)</script>',
    '<!-- <script>',
    ']]>',
    '&lt;b&gt;',
    'a\u2028b\u2029c',
    "$& $' $` $1 $$",
    '\\u003c"quoted"\\',
    '\ud800 alone',
  ])('keeps %j as a name, and nothing but a name', (name) => {
    const html = encodeReport(TEMPLATE, payload(name, name));
    expect(embedded(html)).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(embedded(html))).toEqual(payload(name, name));
    expect(html.match(/<\/?script/g)).toEqual(TEMPLATE.match(/<\/?script/g));
  });

  it('keeps any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const html = encodeReport(TEMPLATE, { ...payload(text), host: text, query: text });
        expect(JSON.parse(embedded(html))).toMatchObject({ title: text, host: text, query: text });
        expect(html.replace(embedded(html), '')).toBe(TEMPLATE);
      }),
    );
  });

  it.each([
    ['has no place', '<html></html>'],
    ['has no place', encodeReport(TEMPLATE, payload('filled already'))],
    ['has more than one place', TEMPLATE + TEMPLATE],
  ])('refuses a template that %s for a profile', (problem, template) => {
    const encode = () => encodeReport(template, payload('x'));
    expect(encode).toThrow(ReportTemplateError);
    expect(encode).toThrow(`the report's template ${problem} for a profile: run npm run build`);
  });
});
