// What the walker knows: kept by the drain thread from side-band records, without waiting for JavaScript.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "arena.h"
#include "batch.h"
#include "process-maps.h"
#include "sideband-record.h"
#include "unwind-tables.h"
#include "walker.h"

namespace pilotlight {

struct UnwindUsage {
  uint64_t arena_bytes, free_bytes, table_bytes;
  uint32_t processes, objects, tables;
  uint64_t evictions, crowded, starved, copied_walks;
};

/// Every call may come from any thread.
class UnwindMaps {
 public:
  /// Descriptors of the BPF maps `processes` and `objects`; `cache_dir`: compiled tables
  /// (`CONTENT.unwind`), or empty.
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
  /// Walks a stack whose record said that it is pending, with the tables that are here by now; false where it is not
  /// kept any more. Asked once for each.
  bool finish(uint64_t number, WalkedStack& walked);
  /// Nobody wants to know how it goes on.
  void drop(uint64_t number);
  /// Does a walk wait for a table that nobody has asked for?
  bool has_wanted();
  UnwindUsage usage();

 private:
  /// A copied stack that waits for a table, and what was mapped then; null where the process was not known yet.
  struct Pending {
    uint32_t pid;
    std::shared_ptr<CodeSpace> space;
    std::vector<uint64_t> raw;  // empty once it has been walked to its end
    uint32_t object;            // whose table it waits for
    std::unique_ptr<WalkedStack> walked;
  };
  void apply(const SidebandRecord& record);
  struct Event;
  std::vector<Event> events_of(Batch& batch) const;
  void walk(pl_sample* sample);
  void forget(std::map<uint64_t, Pending>::iterator pending);
  void go_on(Pending& pending);
  void go_on_all();
  uint64_t keep(uint32_t pid, std::shared_ptr<CodeSpace> space, const pl_raw* raw, uint32_t object);
  void walk_raw(const pl_raw* raw, CodeSpace& space, WalkedStack& walked);
  void load_cached(const std::string& key);

  std::mutex mutex_;
  const std::string cache_dir_;
  Mapping processes_map_, objects_map_;
  Arena arena_;
  UnwindTables tables_;
  ProcessMaps processes_;
  std::map<uint64_t, Pending> pending_;  // oldest first
  uint64_t copied_walks_ = 0, last_pending_ = 0, pending_bytes_ = 0;
};

}  // namespace pilotlight
