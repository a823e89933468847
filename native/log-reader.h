// Readers of the two kinds of ring: a CPU's log (written by the BPF program) and its perf side band.
#pragma once
#include <cstdint>
#include <vector>

#include "../bpf/wire.h"
#include "unique-fd.h"

namespace pilotlight {

/// A CPU's log. Copies whole records; interprets nothing but their size.
class LogReader {
 public:
  /// Throws SystemError when the map cannot be mapped.
  LogReader(int cpu, int fd, uint32_t log_bytes);
  /// Appends the unread records to `out` and frees their room.
  void read(std::vector<char>& out);
  size_t unread_bytes() const;
  int cpu() const { return cpu_; }

 private:
  pl_log_header* header() const { return reinterpret_cast<pl_log_header*>(map_.data()); }
  int cpu_;
  uint32_t log_bytes_;
  Mapping map_;
};

/// A perf event's ring: copies whole records.
class SidebandReader {
 public:
  static constexpr size_t kRingBytes = 256 * 1024;
  static size_t mapped_bytes();
  SidebandReader(int cpu, int fd);
  bool has_records() const;
  void read(std::vector<char>& out);
  int cpu() const { return cpu_; }

 private:
  int cpu_;
  Mapping map_;
};

}  // namespace pilotlight
