// Lines of standard input, as many at a time as have come: a promise for each would cost more than most answers.
import { StringDecoder } from 'node:string_decoder';

/** Without their line feeds; a last line without one counts. */
export async function* inputLines(input: AsyncIterable<string | Buffer>): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of input) {
    const lines = (typeof chunk === 'string' ? chunk : decoder.write(chunk)).split('\n');
    lines[0] = rest + lines[0]!;
    rest = lines.pop()!;
    if (lines.length > 0) yield lines;
  }
  rest += decoder.end();
  if (rest !== '') yield [rest];
}
