// jitdump, version 1 of the format (tools/perf/Documentation/jitdump-specification.txt).

/** Section III: "JiTD", written in the byte order of its machine. */
export const JITDUMP_MAGIC = 0x4a69_5444;
export const JITDUMP_VERSION = 1;

/** Section III: magic, version, total_size, elf_mach, pad1, pid (u32 each), timestamp, flags (u64). */
export const HEADER_BYTES = 40;
/** Section IV: id, total_size (u32), timestamp (u64). */
export const RECORD_HEADER_BYTES = 16;

/** Section IV. */
export const JIT_CODE_LOAD = 0;
export const JIT_CODE_MOVE = 1;
export const JIT_CODE_DEBUG_INFO = 2;
export const JIT_CODE_CLOSE = 3;

/** Section V: pid, tid (u32), vma, code_addr, code_size, code_index (u64); name and native code follow. */
export const LOAD_BYTES = RECORD_HEADER_BYTES + 40;
/** Section VI: pid, tid (u32), vma, old_code_addr, new_code_addr, code_size, code_index (u64). */
export const MOVE_BYTES = RECORD_HEADER_BYTES + 48;
/** Section VII: code_addr, nr_entry (u64); the entries follow. */
export const DEBUG_INFO_BYTES = RECORD_HEADER_BYTES + 16;
/** Section VII: code_addr (u64), line, discrim (u32); a name with its closing zero follows. */
export const DEBUG_ENTRY_BYTES = 16;
