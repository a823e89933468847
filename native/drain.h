// The drain thread: reads every CPU's log and side band and hands whole batches on: soon after a side-band record
// (a process that has just begun may end soon), else at leisure, since each batch costs a turn of JavaScript.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "log-reader.h"

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
};

class Drain {
 public:
  /// With null: may a batch be read now, or has the receiver too much waiting? With a batch: takes it.
  using Deliver = std::function<bool(Batch*)>;

  /// Looks at the side bands every `interval_ms`, reads everything at least every `leisure_ms`.
  Drain(uint32_t log_bytes, uint32_t interval_ms, uint32_t leisure_ms, Deliver deliver);
  ~Drain() { stop(); }
  void add_log(int cpu, int fd);
  void add_sideband(int cpu, int fd);
  void remove_sideband(int cpu);
  void start();
  /// Asks for a batch at once, delivered even when empty; gives the number that its `request` will reach.
  uint64_t request();
  void stop();

 private:
  void run();
  Batch read_all();
  bool due() const;
  const uint32_t log_bytes_;
  const uint32_t interval_ms_, leisure_ms_;
  const Deliver deliver_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  uint64_t requested_ = 0, answered_ = 0;
  uint64_t read_at_ns_ = 0;
  std::map<int, LogReader> logs_;
  std::map<int, SidebandReader> sidebands_;
  std::thread thread_;
};

}  // namespace pilotlight
