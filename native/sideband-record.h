// The side-band records that say where code is mapped (perf_event_open(2)): fixed fields and a name.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pilotlight {

struct SidebandRecord {
  /// kLost: the kernel had no room for some records.
  enum class Kind { kOther, kExec, kFork, kExit, kMap, kLost };
  Kind kind = Kind::kOther;
  uint64_t time_ns = 0;
  uint32_t pid = 0, parent = 0;
  // Of a mapping:
  uint64_t start = 0, end = 0, offset = 0;
  /// What the mapped file is known by (`file_key`); nothing for code made at run time.
  std::string key;
};

/// Reads the record at `at`; gives its size in bytes, 0 where it is malformed.
size_t read_sideband(const char* at, size_t bytes, SidebandRecord& record);

/// What a file is known by before it has been read: `device inode generation`, `[vdso]`, or nothing for code made at run
/// time. `device` as /proc/PID/maps prints it (`08:01`); `generation` tells files apart that had the inode one after the
/// other, and is empty where it is not known: /proc does not tell it.
std::string file_key(std::string_view path, std::string_view device, uint64_t inode, std::string_view generation);

}  // namespace pilotlight
