// The drain thread: reads every CPU's log and side band, keeps the walker's maps up to date, and hands whole batches on:
// soon after a side-band record (a process that has just begun may end soon), else at leisure, since each batch costs a
// turn of JavaScript. While processes come and go it reads more often than it hands on.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "batch.h"
#include "log-reader.h"
#include "unwind-maps.h"

namespace pilotlight {

class Drain {
 public:
  /// With null: may a batch be read now, or has the receiver too much waiting? With a batch: takes it.
  using Deliver = std::function<bool(Batch*)>;

  /// Looks at the side bands every `interval_ms`, reads everything at least every `leisure_ms`. `maps` follows what
  /// the side bands tell.
  Drain(uint32_t log_bytes, uint32_t interval_ms, uint32_t leisure_ms, std::shared_ptr<UnwindMaps> maps,
        Deliver deliver);
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
  void read_all();
  bool readable() const;
  bool deliverable() const;
  const uint32_t log_bytes_;
  const uint32_t interval_ms_, leisure_ms_;
  const std::shared_ptr<UnwindMaps> maps_;
  const Deliver deliver_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  uint64_t requested_ = 0, answered_ = 0;
  uint64_t read_at_ns_ = 0, delivered_at_ns_ = 0, busy_until_ns_ = 0;
  Batch held_;  // read, not handed on yet
  std::map<int, LogReader> logs_;
  std::map<int, SidebandReader> sidebands_;
  std::thread thread_;
};

}  // namespace pilotlight
