import { describe, expect, it } from 'vitest';
import { jvmFrames } from '../../../src/symbolizer/jit/jvm-name.ts';

const names = (text: string): string[] | undefined => jvmFrames(text)?.map(({ name }) => name);

describe('names of the JVM’s agent', () => {
  it.each([
    ['Lcom/example/Foo;::run', 'com.example.Foo.run', '', 0],
    ['Lcom/example/Foo$Bar;::<init>', 'com.example.Foo$Bar.<init>', '', 0],
    ['Lcom/example/Foo;::run(I[Ljava/lang/String;)V', 'com.example.Foo.run', '', 0],
    ['Lcom/example/Foo;::run(Foo.java:12)', 'com.example.Foo.run', 'Foo.java', 12],
    ['Lcom/example/Foo;::run(I)V(Foo.java:12)', 'com.example.Foo.run', 'Foo.java', 12],
    ['Lcom/example/Foo;::run(Foo.java:-1)', 'com.example.Foo.run', 'Foo.java', 0],
    ['LFoo;::lambda$main$0', 'Foo.lambda$main$0', '', 0],
  ])('%s', (text, name, file, line) => {
    expect(jvmFrames(text)).toEqual([{ name, file, line, column: 0 }]);
  });

  it('of inlined methods are chains, whichever way the agent writes them', () => {
    expect(names('La/A;::a->Lb/B;::b->Lc/C;::c')).toEqual(['c.C.c', 'b.B.b', 'a.A.a']);
    expect(names('Lc/C;::c in La/A;::a')).toEqual(['c.C.c', 'a.A.a']);
  });

  it('of very deep chains are cut at the outermost', () => {
    const chain = Array.from({ length: 200 }, (_, i) => `LA;::m${i}`).join('->');
    expect(names(chain)).toHaveLength(64);
    expect(names(chain)![0]).toBe('A.m199');
  });

  it.each(['Interpreter', 'LFoo;', 'LFoo;::', 'LFoo;::a->stub', 'int Foo.bar()', 'L a;::b', ''])(
    '%s is none of them',
    (text) => {
      expect(jvmFrames(text)).toBeNull();
    },
  );
});
