// `pilotlight unwind-table`: what Pilotlight knows of a file's stack frames.
import { Command, Option } from 'commander';
import { GROUPS } from '../option.ts';

const EXAMPLES = `
Examples:
  pilotlight unwind-table /usr/bin/python3
  echo 0x2a6f0 | pilotlight unwind-table --json /lib/x86_64-linux-gnu/libc.so.6

A line is START-ADDRESS CFA FRAME-POINTER RETURN-ADDRESS: where the caller's stack pointer, frame pointer and return
address are, from the address on until the next line's. "same": unchanged; "-": nothing covers it, or, behind
"unsupported:", why there is no rule. Addresses are the file's own (as nm and objdump show them).`;

export function unwindTableCommand(): Command {
  return new Command('unwind-table')
    .description('how stacks are walked through a program or library: its compiled .eh_frame')
    .argument('<file>', 'an ELF file')
    .addOption(
      new Option('--json', 'answer addresses (hex, one a line) from standard input, one JSON line each')
        .default(false)
        .helpGroup(GROUPS.output),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, { json }: { json: boolean }) => {
      // The other commands need no unwind tables.
      const { answerAddresses, openTable, printRows } = await import('../unwind-rows.ts');
      const table = openTable(file);
      await (json ? answerAddresses(table, process.stdin) : printRows(table));
    });
}
