// Names of perf-map-agent (github.com/jvm-profiling-tools/perf-map-agent), the JVM's usual writer of perf maps.
import type { SourceFrame } from '../source-frame.ts';

/**
 * `Lcom/example/Foo;::run`, with the agent's `msig` followed by the method's descriptor, with `sourcepos` by the place
 * where the method begins: `Lcom/example/Foo;::run(I)V(Foo.java:12)`.
 */
const METHOD = /^L([^;()\s]+);::([^\s(]+)(?:\([^()\s]*\)[^()\s]+)?(?:\(([^():]+):(-?\d{1,9})\))?$/;
/** Inlined methods deeper than this are left out: HotSpot inlines 9 calls deep, 15 at most. */
const MAX_CHAIN = 64;

/**
 * Innermost first. The agent's `unfoldall` writes chains from the outermost on (`LA;::a->LB;::b`), `unfold` the innermost
 * and the outermost (`LB;::b in LA;::a`). Null where the text is none of the agent's; the JVM's own writer
 * (`jcmd Compiler.perfmap`) has declarations (`int java.lang.String.hashCode()`), which are shown as they are.
 */
export function jvmFrames(text: string): SourceFrame[] | null {
  if (!text.startsWith('L') || !text.includes(';::')) return null;
  const outermostFirst = text.includes(' in ') ? text.split(' in ').reverse() : text.split('->');
  const frames: SourceFrame[] = [];
  for (const method of outermostFirst.slice(-MAX_CHAIN)) {
    const frame = methodFrame(method);
    if (frame === null) return null;
    frames.unshift(frame);
  }
  return frames;
}

function methodFrame(text: string): SourceFrame | null {
  const match = METHOD.exec(text);
  if (!match) return null;
  const [, type, method, file = '', line] = match;
  // -1: the method has no table of lines.
  return {
    name: `${type!.replaceAll('/', '.')}.${method!}`,
    file,
    line: Math.max(0, Number(line ?? 0)),
    column: 0,
  };
}
