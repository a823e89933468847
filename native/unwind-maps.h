// What the walker knows: kept by the drain thread from side-band records, without waiting for JavaScript.
#pragma once
#include <mutex>
#include <string>
#include <vector>

#include "arena.h"
#include "batch.h"
#include "process-maps.h"
#include "sideband-record.h"
#include "unwind-tables.h"

namespace pilotlight {

struct UnwindUsage {
  uint64_t arena_bytes, free_bytes, table_bytes;
  uint32_t processes, objects, tables;
  uint64_t evictions, crowded, copied_walks;
};

/// Every call may come from any thread.
class UnwindMaps {
 public:
  /// Descriptors of the BPF maps `processes` and `objects`; `cache_dir`: compiled tables by build id, or empty.
  UnwindMaps(int processes_fd, int objects_fd, std::string cache_dir);

  void add_shard(uint32_t index, int fd);
  UnwindTables::Load load(const std::string& key, const std::string& content, TableBytes table, bool evict);
  bool attach(const std::string& key, const std::string& content);
  void mark_without(const std::string& key);
  /// Code of a process from /proc; ignored where the side band has told of its program from the beginning.
  struct SnapshotCode {
    uint64_t start, end, offset;
    std::string key;  // empty: anonymous
  };
  void add_process(uint32_t pid, const std::vector<SnapshotCode>& codes);

  /// Applies what the side bands told and walks the stacks that logs brought along, in the order of time. Records of
  /// logs become shorter by it. Adds what tables are wanted.
  void take_in(Batch& batch);
  /// Does a walk wait for a table that nobody has asked for?
  bool has_wanted();
  UnwindUsage usage();

 private:
  void apply(const SidebandRecord& record);
  struct Event;
  std::vector<Event> events_of(Batch& batch) const;
  void walk(pl_sample* sample);
  void load_cached(const std::string& build_id);

  std::mutex mutex_;
  const std::string cache_dir_;
  Mapping processes_map_, objects_map_;
  Arena arena_;
  UnwindTables tables_;
  ProcessMaps processes_;
  uint64_t copied_walks_ = 0;
};

}  // namespace pilotlight
