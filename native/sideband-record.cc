#include "sideband-record.h"

#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>

namespace pilotlight {
namespace {

constexpr size_t kHeaderBytes = sizeof(perf_event_header);
/// sample_id of our events: pid, tid (4 + 4), time (8), cpu, reserved (4 + 4).
constexpr size_t kSampleIdBytes = 24;
/// pid, tid, addr, len, pgoff, device and inode with its generation, prot, flags; the name follows.
constexpr size_t kMapBytes = 72;

template <typename T>
T field(const char* record, size_t offset) {
  T value;
  memcpy(&value, record + offset, sizeof value);
  return value;
}

std::string device(uint32_t major, uint32_t minor) {
  char text[32];
  snprintf(text, sizeof text, "%02x:%02x", major, minor);
  return text;
}

/// The flag that says that a build id stands in the place of the file's numbers is not looked at: we do not ask for
/// build ids, and the kernel leaves it set where another event does (bpf-program.cc).
void read_map(const char* at, size_t size, SidebandRecord& record) {
  record.start = field<uint64_t>(at, 16);
  record.end = record.start + field<uint64_t>(at, 24);
  record.offset = field<uint64_t>(at, 32);
  const char* name = at + kMapBytes;
  const std::string_view path(name, strnlen(name, size - kMapBytes - kSampleIdBytes));
  const std::string on = device(field<uint32_t>(at, 40), field<uint32_t>(at, 44));
  record.key = file_key(path, on, field<uint64_t>(at, 48), std::to_string(field<uint64_t>(at, 56)));
  if (record.key == "[vdso]") record.offset = 0;  // its mapping's offset says nothing
  record.kind = record.end > record.start ? SidebandRecord::Kind::kMap : SidebandRecord::Kind::kOther;
}

}  // namespace

std::string file_key(std::string_view path, std::string_view device, uint64_t inode, std::string_view generation) {
  if (path == "[vdso]") return "[vdso]";
  // `//anon`, `[heap]`, `[anon:v8]`, `/dev/zero`, `/SYSV…` hold code made at run time.
  for (const char* prefix : {"//", "/dev/zero", "/SYSV", "/anon_hugepage"}) {
    if (path.substr(0, strlen(prefix)) == prefix) return "";
  }
  if (path.empty() || path[0] != '/' || !inode) return "";
  return std::string(device) + " " + std::to_string(inode) + " " + std::string(generation);
}

size_t read_sideband(const char* at, size_t bytes, SidebandRecord& record) {
  record = {};
  if (bytes < kHeaderBytes) return 0;
  const auto header = field<perf_event_header>(at, 0);
  const size_t size = header.size;
  if (size < kHeaderBytes + kSampleIdBytes || size > bytes) return 0;
  record.time_ns = field<uint64_t>(at, size - 16);
  const auto has = [size](size_t fields) { return size >= fields + kSampleIdBytes; };
  switch (header.type) {
    case PERF_RECORD_MMAP2:
      if (!has(kMapBytes)) break;
      record.pid = field<uint32_t>(at, 8);
      read_map(at, size, record);
      break;
    case PERF_RECORD_COMM:
      if (!has(16) || !(header.misc & PERF_RECORD_MISC_COMM_EXEC)) break;
      record.pid = field<uint32_t>(at, 8);
      record.kind = SidebandRecord::Kind::kExec;
      break;
    case PERF_RECORD_FORK:
    case PERF_RECORD_EXIT:
      if (!has(24) || field<uint32_t>(at, 8) != field<uint32_t>(at, 16)) break;  // a thread
      record.pid = field<uint32_t>(at, 8);
      record.parent = field<uint32_t>(at, 12);
      record.kind = header.type == PERF_RECORD_FORK ? SidebandRecord::Kind::kFork : SidebandRecord::Kind::kExit;
      break;
    case PERF_RECORD_LOST:
      record.kind = SidebandRecord::Kind::kLost;
      break;
    default:
      break;
  }
  return size;
}

}  // namespace pilotlight
