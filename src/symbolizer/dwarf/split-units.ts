// SplitUnits: the units that a compiler put into files of their own (-gsplit-dwarf; DWARF 5, 7.3.2).
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import type { DebugSections } from './debug-sections.ts';
import { DwarfFile } from './dwarf-file.ts';
import { PackageIndex } from './package-index.ts';
import { Unit } from './unit.ts';

/** Gives the sections of a .dwo file, or null where it is not at hand. */
export type SplitFileOpener = (name: string, compilationFolder: string, id: bigint) => DebugSections | null;

/** Units of one .dwo file: one, with link-time optimization some. */
const MAX_UNITS_OF_FILE = 4096;

export class SplitUnits {
  private readonly open: SplitFileOpener | null;
  private readonly package: { file: DwarfFile; index: PackageIndex } | null;

  /** Throws `BinaryFormatError` where the package's index cannot be read. */
  constructor(open: SplitFileOpener | null, packaged: DebugSections | null) {
    this.open = open;
    const index = packaged?.section('.debug_cu_index') ?? null;
    this.package = null;
    if (packaged === null || index === null || index.size === 0) return;
    const parsed = new PackageIndex(index, packaged.littleEndian);
    this.package = { file: new DwarfFile(packaged, { split: true, package: parsed }), index: parsed };
  }

  get byteLength(): number {
    return this.package === null ? 0 : this.package.file.byteLength + this.package.index.byteLength;
  }

  /** The split unit of a skeleton, null where it is not at hand. Throws `BinaryFormatError`. */
  unitOf(skeleton: Unit): Unit | null {
    const { dwoId } = skeleton.root;
    const packaged = this.package?.index.find(dwoId) ?? null;
    if (packaged !== null) return new Unit(this.package!.file, packaged.info, skeleton, packaged);
    const sections = this.open?.(skeleton.splitName, skeleton.compilationFolder, dwoId) ?? null;
    return sections === null ? null : unitWithId(new DwarfFile(sections, { split: true }), skeleton);
  }
}

/** A file that was built anew since has another id. */
function unitWithId(file: DwarfFile, skeleton: Unit): Unit | null {
  for (const offset of file.units.offsets.subarray(0, MAX_UNITS_OF_FILE)) {
    const unit = tryUnit(file, offset, skeleton);
    if (unit?.root.dwoId === skeleton.root.dwoId) return unit;
  }
  return null;
}

/** Type units stand beside it, and may be of a kind that is not known. */
function tryUnit(file: DwarfFile, offset: number, skeleton: Unit): Unit | null {
  try {
    return new Unit(file, offset, skeleton);
  } catch (error) {
    if (error instanceof BinaryFormatError) return null;
    throw error;
  }
}
