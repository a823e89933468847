// What one turn of the drain read.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pilotlight {

struct Chunk {
  int cpu;
  bool sideband;
  size_t offset;  // in Batch::bytes
  size_t size;
};

struct Batch {
  uint64_t read_at_ns = 0;  // CLOCK_MONOTONIC, before the first ring was read
  uint64_t request = 0;     // the newest request that this batch answers
  std::vector<char> bytes;
  std::vector<Chunk> chunks;
  std::vector<std::string> wanted;  // keys of objects whose unwind tables are missed
};

}  // namespace pilotlight
