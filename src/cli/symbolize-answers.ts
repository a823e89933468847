// What `symbolize` says of an address.
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import { FileSymbolizer, type Symbolized } from '../symbolizer/file-symbolizer.ts';
import type { OpenFiles } from './symbolize-files.ts';

export type AnswerFormat = 'demangled' | 'linkage' | 'json';
/** A linkage name as it is shown in text. */
export type Demangle = (linkageName: string) => string;

const UNKNOWN = '??\n??:0:0\n\n';

/** `reason` is for programs: nothing is known of such an address. */
interface Asked {
  path: string;
  /** As it was written. */
  text: string;
  /** NaN where it is none. */
  address: number;
}

export class AddressAnswers {
  private readonly files: OpenFiles;
  private readonly format: AnswerFormat;
  private readonly demangle: Demangle;

  constructor(files: OpenFiles, format: AnswerFormat, demangle: Demangle) {
    this.files = files;
    this.format = format;
    this.demangle = demangle;
  }

  /** `line`: an address in `path`, or FILE ADDRESS where that is undefined. */
  async answer(line: string, path: string | undefined): Promise<string> {
    const asked = parseLine(line, path);
    return this.format === 'json'
      ? jsonLine(asked, await this.find(asked))
      : this.text(await this.find(asked));
  }

  private async find({ path, address }: Asked): Promise<Omit<Symbolized, 'reason'> & { reason?: string }> {
    if (path === '') return { frames: [], reason: 'no-file' };
    if (Number.isNaN(address)) return { frames: [], reason: 'not-an-address' };
    const file = this.files.open(path);
    if (!(file instanceof FileSymbolizer)) {
      return { frames: [], reason: file instanceof BinaryFormatError ? 'bad-format' : 'no-file' };
    }
    try {
      return await file.at(address);
    } catch (error) {
      if (error instanceof BinaryFormatError) return { frames: [], reason: 'bad-format' };
      throw error;
    }
  }

  private text({ frames }: { frames: Symbolized['frames'] }): string {
    if (frames.length === 0) return UNKNOWN;
    const lines = frames.map(({ name, file, line, column }) => {
      const shown = this.demangle(name);
      return `${shown === '' ? '??' : shown}\n${file === '' ? '??' : file}:${line}:${column}\n`;
    });
    return `${lines.join('')}\n`;
  }
}

function jsonLine(
  { text, address }: Asked,
  { frames, reason }: { frames: Symbolized['frames']; reason?: string },
): string {
  const addr = Number.isNaN(address) ? text : `0x${address.toString(16)}`;
  const columns = frames.map(({ name, file, line, column }) => [name, file, line, column]);
  return `${JSON.stringify({ addr, frames: columns, ...(reason !== undefined && { reason }) })}\n`;
}

function parseLine(line: string, path: string | undefined): Asked {
  const space = path === undefined ? line.lastIndexOf(' ') : -1;
  const text = line.slice(space + 1);
  const file = path ?? line.slice(0, Math.max(0, space)).trim();
  // Beyond 2^53 there is no address of a file.
  const address = /^(0x)?0*[0-9a-f]{1,13}$/i.test(text) ? Number.parseInt(text.replace(/^0x/i, ''), 16) : NaN;
  return { path: file, text, address };
}
