// Profiles written as text: one call tree per process, indented, `name @object =samples of its own`.
//
//   node:
//     main @/usr/bin/node
//       parse @/usr/bin/node =30
//       read @[kernel.kallsyms] =10

/** Samples of one stack; frames from the outermost in. */
export interface TextStack {
  comm: string;
  frames: TextFrame[];
  count: number;
}
export interface TextFrame {
  name: string;
  /** Path of the object; '[unknown]' where none is written. */
  object: string;
}

const LINE = /^( *)(.*?)(?: @(\S+))?(?: =(\d+))?$/;

export function parseTextProfile(text: string): TextStack[] {
  const stacks: TextStack[] = [];
  const path: TextFrame[] = [];
  let comm = '';
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [, indent = '', name = '', object = '[unknown]', count] = LINE.exec(line) ?? [];
    const depth = indent.length / 2;
    if (depth === 0) {
      comm = name.replace(/:$/, '');
      continue;
    }
    path.length = depth - 1;
    path.push({ name, object });
    if (count !== undefined) stacks.push({ comm, frames: [...path], count: Number(count) });
  }
  return stacks;
}
