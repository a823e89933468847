// The configuration file: YAML, a section per command and `common` for all of them, keys named as the options are.
//
//   common:
//     server: http://127.0.0.1:4040
//   serve:
//     rate: 49
//   top:
//     interval: 5s
import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { ParsedNode } from 'yaml';
import { configPath } from './config-path.ts';
import { errorCode, usageFailure } from './failure.ts';
import { printable } from './terminal-text.ts';

/** Options of every command that say something about this very call. */
const NOT_IN_FILE = ['config', 'help', 'version'];
const COMMON = 'common';

/** A setting as the file has it. */
interface Setting {
  key: string;
  value: unknown;
  /** 1-based. */
  line: number;
}

export class ConfigFile {
  readonly path: string;
  readonly #sections: ReadonlyMap<string, readonly Setting[]>;

  private constructor(path: string, sections: ReadonlyMap<string, readonly Setting[]>) {
    this.path = path;
    this.#sections = sections;
  }

  /** Checks the whole file, also what other commands read: a misspelt key is found at the first call. */
  static parse(path: string, text: string, program: Command): ConfigFile {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const lineAt = (offset: number): number => lines.linePos(offset).line;
    const broken = document.errors[0];
    if (broken !== undefined) throw mistake(path, lineAt(broken.pos[0]), broken.message);
    const { contents } = document;
    if (contents === null || (isScalar(contents) && contents.value === null))
      return new ConfigFile(path, new Map());
    const reader = new SectionReader(path, lineAt, program);
    return new ConfigFile(path, reader.read(contents));
  }

  /** Gives a command's options the values that neither the command line nor the environment has set. */
  apply(command: Command): void {
    const settings = [...(this.#sections.get(COMMON) ?? []), ...(this.#sections.get(command.name()) ?? [])];
    for (const setting of settings) {
      const option = optionNamed(command, setting.key);
      if (option === undefined) continue; // of `common`: other commands have it
      const name = option.attributeName();
      const source = command.getOptionValueSource(name);
      if (source === 'cli' || source === 'env') continue;
      command.setOptionValueWithSource(name, this.#valueOf(option, setting), 'config');
    }
  }

  #valueOf(option: Option, { key, value, line }: Setting): unknown {
    const takesValue = option.required || option.optional;
    if (takesValue === (typeof value === 'boolean')) {
      throw mistake(
        this.path,
        line,
        `${key} is ${takesValue ? 'no switch: give it a value' : 'true or false'}`,
      );
    }
    if (!takesValue || option.parseArg === undefined) return takesValue ? String(value) : value;
    try {
      return option.parseArg(String(value), undefined);
    } catch (error) {
      // Commander's InvalidArgumentError, with our parsers' message.
      if (!(error instanceof Error) || !('code' in error)) throw error;
      throw mistake(this.path, line, `${key}: ${printable(String(value))} is invalid. ${error.message}`);
    }
  }
}

class SectionReader {
  readonly #path: string;
  readonly #lineAt: (offset: number) => number;
  readonly #program: Command;

  constructor(path: string, lineAt: (offset: number) => number, program: Command) {
    this.#path = path;
    this.#lineAt = lineAt;
    this.#program = program;
  }

  read(contents: ParsedNode): Map<string, Setting[]> {
    const sections = new Map<string, Setting[]>();
    for (const { key, node, line } of this.#entries(contents, 'the file')) {
      const commands = this.#commandsOf(key);
      if (commands.length === 0) {
        const known = [COMMON, ...configurable(this.#program).map((command) => command.name())];
        throw this.#mistake(line, `there is no section ${quote(key)}; there are ${known.join(', ')}`);
      }
      sections.set(key, this.#settings(key, node, line, commands));
    }
    return sections;
  }

  #commandsOf(section: string): Command[] {
    const all = configurable(this.#program);
    return section === COMMON ? all : all.filter((command) => command.name() === section);
  }

  #settings(section: string, node: ParsedNode | null, line: number, commands: Command[]): Setting[] {
    if (node === null || (isScalar(node) && node.value === null)) return [];
    return this.#entries(node, `section ${quote(section)}`, line).map((entry) => {
      if (!commands.some((command) => optionNamed(command, entry.key) !== undefined)) {
        const where = section === COMMON ? 'no command has an option' : `${section} has no option`;
        throw this.#mistake(entry.line, `${where} ${quote(entry.key)}`);
      }
      if (!isScalar(entry.node) || entry.node.value === null) {
        throw this.#mistake(entry.line, `${entry.key} wants one value`);
      }
      // The text as written where it is no switch: 1e3 must not become 1000 before its parser sees it.
      const { value, source } = entry.node;
      return {
        key: entry.key,
        value: typeof value === 'boolean' ? value : source,
        line: entry.line,
      };
    });
  }

  #entries(node: ParsedNode, what: string, line = 1) {
    if (!isMap(node)) throw this.#mistake(line, `${what} is made of lines "name: value"`);
    return node.items.map(({ key, value }) => {
      const at = this.#lineAt(key.range[0]);
      if (!isScalar(key)) throw this.#mistake(at, 'a name is expected');
      return { key: String(key.value), node: value, line: at };
    });
  }

  #mistake(line: number, what: string) {
    return mistake(this.#path, line, what);
  }
}

function mistake(path: string, line: number, what: string) {
  return usageFailure(`${printable(path)}:${line}: ${what}`);
}

function quote(text: string): string {
  return JSON.stringify(printable(text));
}

/** Commands for people: those that take `--config`. */
function configurable(program: Command): Command[] {
  return program.commands.filter((command) => optionNamedAny(command, 'config') !== undefined);
}

/** By the name that the command line has for it: `data-dir`, `memory-limit`; of `--no-sampler`: `sampler`. */
function optionNamed(command: Command, key: string): Option | undefined {
  return NOT_IN_FILE.includes(key) ? undefined : optionNamedAny(command, key);
}

function optionNamedAny(command: Command, key: string): Option | undefined {
  return command.options.find((option) => option.long?.replace(/^--(no-)?/, '') === key);
}

/** The file that `--config` names, or the default one where it exists; null where there is none. */
export function readConfigFile(given: string | undefined, program: Command): ConfigFile | null {
  const path = configPath(given);
  if (path === null) return null;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // Nobody asked for the default file: one that only root may read leaves the others their defaults, and says so.
    if (given === undefined && errorCode(error) === 'EACCES') {
      process.stderr.write(`pilotlight: ${path} may not be read by this user: its settings are not used\n`);
      return null;
    }
    throw usageFailure(`cannot read the configuration ${printable(path)}: ${errorCode(error)}`);
  }
  return ConfigFile.parse(path, text, program);
}
