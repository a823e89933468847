// What one turn of the drain read.
#pragma once
#include <algorithm>
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
  bool new_objects = false;         // a file was mapped that none had mapped before

  bool has_sideband() const {
    return std::any_of(chunks.begin(), chunks.end(), [](const Chunk& chunk) { return chunk.sideband; });
  }
  /// Adds what was read later.
  void append(Batch&& later) {
    const size_t before = bytes.size();
    read_at_ns = later.read_at_ns;
    bytes.insert(bytes.end(), later.bytes.begin(), later.bytes.end());
    for (Chunk chunk : later.chunks) chunks.push_back({chunk.cpu, chunk.sideband, before + chunk.offset, chunk.size});
    new_objects |= later.new_objects;
    wanted.insert(wanted.end(), later.wanted.begin(), later.wanted.end());
  }
};

}  // namespace pilotlight
