// Executable mappings of processes as the side band and /proc tell of them, written to where the walker finds them.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "arena.h"
#include "unwind-tables.h"

namespace pilotlight {

/// One executable mapping.
struct MappedCode {
  uint64_t start, end;
  uint64_t offset;  // in the file, of the byte at `start`
  uint32_t object;  // number, counted as one reference
};

/// The executable mappings of one program image; forks share it until one of them changes.
class CodeSpace {
 public:
  /// `last_edition`: counted up with every change of what the walker reads.
  CodeSpace(Arena& arena, UnwindTables& tables, uint32_t& last_edition)
      : arena_(arena), tables_(tables), last_edition_(last_edition) {}
  CodeSpace(const CodeSpace& other);
  ~CodeSpace();
  /// Replaces what it overlaps, as mmap(MAP_FIXED) does. Takes over the reference to the object.
  void add(const MappedCode& code);
  /// What the walker reads, written when it has changed; an empty range where there are none or no room.
  WordRange slice();
  /// Of `slice`.
  uint32_t edition() const { return edition_; }
  /// There was no room for it.
  bool starved() const { return changed_; }
  uint32_t size() const { return static_cast<uint32_t>(codes_.size()); }

 private:
  CodeSpace& operator=(const CodeSpace&) = delete;
  void drop_slice();
  Arena& arena_;
  UnwindTables& tables_;
  uint32_t& last_edition_;
  uint32_t edition_ = 0;
  std::map<uint64_t, MappedCode> codes_;  // by start; they do not overlap
  WordRange slice_;
  bool changed_ = false;
};

class ProcessMaps {
 public:
  /// `table`: where the walker looks for processes. Forgets those that an earlier writer left in it.
  ProcessMaps(Arena& arena, UnwindTables& tables, pl_process_table* table);

  void fork(uint32_t pid, uint32_t parent);
  /// A new program: its mappings follow.
  void exec(uint32_t pid);
  void map(uint32_t pid, const MappedCode& code);
  /// Its last samples may still be under way: it is forgotten a little later.
  void exit(uint32_t pid);
  /// What /proc says of a process, unless the side band has told of its program from the beginning.
  bool wants_snapshot(uint32_t pid) const;
  /// Its mappings follow, over those that are known: some may be younger than the snapshot.
  void begin_snapshot(uint32_t pid);
  /// Records were lost, of any process: what /proc says is wanted of all.
  void doubt_all();

  /// Makes what has changed visible to the walker.
  void publish();
  /// Mappings of a process for a walk of our own; nothing where it is unknown.
  std::shared_ptr<CodeSpace> space(uint32_t pid) const;
  size_t size() const { return processes_.size(); }
  /// Processes that found no slot in the walker's table.
  uint64_t crowded() const { return crowded_; }
  /// Processes whose mappings found no room in the arena; they are tried again with every `publish`.
  size_t starved() const { return changed_.size(); }

 private:
  struct Process {
    std::shared_ptr<CodeSpace> space;
    bool complete = false;  // known from its exec, or from /proc
    uint64_t serial = 0;    // tells holders of one pid apart
  };
  struct Exited {
    uint64_t at_ns;
    uint32_t pid;
    uint64_t serial;
  };
  CodeSpace& writable(uint32_t pid);
  void forget_exited();
  void enter(uint32_t pid, uint64_t mappings);
  void remove(uint32_t pid);
  Arena& arena_;
  UnwindTables& tables_;
  pl_process_table* table_;
  std::unordered_map<uint32_t, Process> processes_;
  std::unordered_set<uint32_t> changed_;
  std::deque<Exited> exited_;
  uint64_t crowded_ = 0, serials_ = 0;
};

}  // namespace pilotlight
