// What the kernel tells of loaded BPF programs: where their code lies, and which source lines it came from. Needs
// CAP_SYS_ADMIN (ids) and the right to see kernel addresses; runs in the launcher (for `record` in its process), which
// copies and parses nothing.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace pilotlight {

/// A dump is a header, a directory of sections, and the sections, each an array of the kernel's own records; numbers are
/// in the machine's byte order. This is the only definition of it; src/symbolizer/bpf/dump-sections.ts reads it.
struct BpfDumpHeader {
  uint32_t magic;    // kBpfDumpMagic
  uint32_t version;  // kBpfDumpVersion
  uint32_t program;  // id
  uint32_t sections;
};
struct BpfDumpSection {
  uint32_t kind;  // BpfDumpKind; one that a reader does not know is to be passed over
  uint32_t record_bytes;
  uint32_t offset;  // from the start of the dump
  uint32_t count;
};
static_assert(sizeof(BpfDumpHeader) == 16 && sizeof(BpfDumpSection) == 16);

constexpr uint32_t kBpfDumpMagic = 0x50424c50;  // "PLBP"
constexpr uint32_t kBpfDumpVersion = 1;

/// Sections that the kernel has nothing for are left out. Rows of the function's sections belong together, in the order
/// of instructions (the first is the program itself), and so do rows of the lines'.
enum class BpfDumpKind : uint32_t {
  kName = 1,         // bytes: bpf_prog_info.name, NUL-terminated
  kTag,              // 8 bytes: of the whole program, as the kallsyms name of its first function has it
  kFunctionTag,      // 8 bytes: of the function's instructions, as the kallsyms names of the others have it
  kFunctionAddress,  // u64
  kFunctionLength,   // u32, bytes
  kFunctionInfo,     // struct bpf_func_info
  kLineInfo,         // struct bpf_line_info
  kLineAddress,      // u64
  kBtf,              // bytes
};

struct BpfDump {
  /// A sealed memory file; the caller owns it.
  int fd;
  uint32_t bytes;
  /// Of the program and of its functions, 8 bytes each.
  std::vector<uint64_t> tags;
};

/// Ids of the programs that are loaded, ascending, at most `kMaxBpfPrograms`. Throws SystemError.
std::vector<uint32_t> bpf_program_ids();

/// Throws SystemError: stage "bpf_prog_get_fd" with ENOENT where there is no program of that id (any more), "bpf_dump"
/// with E2BIG where its dump would have more than `kMaxBpfDumpBytes`.
BpfDump dump_bpf_program(uint32_t id);

/// A tag as kallsyms prints it: its bytes in their order, 16 hex digits.
std::string tag_text(uint64_t tag);

/// Their ids must fit one message to the service.
constexpr size_t kMaxBpfPrograms = 4096;
/// BTF of large objects (Cilium's) has 1 to 2 MB, lines take 24 bytes each.
constexpr size_t kMaxBpfDumpBytes = 8 << 20;

}  // namespace pilotlight
