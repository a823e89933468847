// LineFiles: the source files that a line program speaks of (DWARF 5, 6.2.4; before that DWARF 4, 6.2.4).
import { sourcePath } from './source-path.ts';

/** Reads a string by the form that the table has it in. */
export type StringReader = (form: number, value: number) => string;

/** Bytes per file: form, value, folder. */
const ROW_BYTES = 8 + 8 + 8;
/** Units of a million lines have some thousand files. */
const MAX_FILES = 1 << 20;

/** Names stay where they are in the file until a path is asked for. */
export class LineFiles {
  private readonly version: number;
  private readonly compilationFolder: string;
  private readonly string: StringReader;
  private readonly folderForms: number[] = [];
  private readonly folderValues: number[] = [];
  private readonly forms: number[] = [];
  private readonly values: number[] = [];
  private readonly folders: number[] = [];

  constructor(version: number, compilationFolder: string, string: StringReader) {
    this.version = version;
    this.compilationFolder = compilationFolder;
    this.string = string;
  }

  get byteLength(): number {
    return (this.forms.length + this.folderForms.length) * ROW_BYTES;
  }

  get isFull(): boolean {
    return this.forms.length >= MAX_FILES || this.folderForms.length >= MAX_FILES;
  }

  addFolder(form: number, value: number): void {
    this.folderForms.push(form);
    this.folderValues.push(value);
  }

  addFile(form: number, value: number, folder: number): void {
    this.forms.push(form);
    this.values.push(value);
    this.folders.push(folder);
  }

  /** Whether a row's or a call's file is one of the table: from 1 on, since DWARF 5 from 0 on. */
  has(file: number): boolean {
    return this.rowOf(file) < this.forms.length && this.rowOf(file) >= 0;
  }

  /** Absolute where the compilation folder is known; '' where the table has no such file. */
  path(file: number): string {
    if (!this.has(file)) return '';
    const row = this.rowOf(file);
    return this.join(this.folders[row]!, this.string(this.forms[row]!, this.values[row]!));
  }

  private rowOf(file: number): number {
    return this.version < 5 ? file - 1 : file;
  }

  private join(folder: number, name: string): string {
    // Folder 0 is the compilation folder: in the table since DWARF 5, and not told before.
    if (this.version >= 5 && folder === 0) return sourcePath('', this.folder(0), name);
    return sourcePath(this.compilationFolder, this.folder(this.version < 5 ? folder - 1 : folder), name);
  }

  private folder(row: number): string {
    const form = this.folderForms[row];
    return form === undefined ? '' : this.string(form, this.folderValues[row]!);
  }
}
