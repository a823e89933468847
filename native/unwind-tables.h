// Objects and their unwind tables, in the maps that the walker reads.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "arena.h"

namespace pilotlight {

/// A compiled table's bytes (bpf/unwind.h). Not owned.
struct TableBytes {
  const uint8_t* data;
  size_t size;
};

class UnwindTables {
 public:
  enum class Load { kLoaded, kNoRoom, kMalformed };

  /// `objects`: PL_MAX_OBJECTS of them. Forgets what an earlier process left in them.
  UnwindTables(Arena& arena, pl_object* objects);

  /// Number of the object that a mapping names by `key`, made where it is new; PL_ANONYMOUS_OBJECT for an empty key, and
  /// when there are too many. The caller says with `drop` when it no longer refers to it.
  uint32_t refer(const std::string& key);
  void drop(uint32_t object);
  void refer_again(uint32_t object) {
    if (object != PL_ANONYMOUS_OBJECT) slots_[object].references++;
  }

  /// Is it clear how the object is walked: is its table loaded, or known to be missing?
  bool settled(uint32_t object) const { return objects_[object].state != PL_OBJECT_WAITING; }
  /// Gives an object the table that another object with the same content has; false where none has it.
  bool attach(const std::string& key, const std::string& content);
  /// Loads a table. Where there is no room, and `evict`, the least recently used ones go: their room is free a second
  /// later, so the caller tries again.
  Load load(const std::string& key, const std::string& content, TableBytes table, bool evict);
  /// What `attach` or `load` said last of the object; empty where it is not known.
  std::string content_of(const std::string& key) const {
    const auto number = numbers_.find(key);
    return number == numbers_.end() ? "" : slots_[number->second].content;
  }
  /// The object has no unwind information.
  void mark_without(const std::string& key);
  /// Has a walk come through an object whose table is not here, of which `take_wanted` has not told yet?
  bool has_wanted() const;
  /// Tells of it as wanted: there was no room, and to make some is the caller's to decide.
  void ask_for(const std::string& key);
  /// Keys of those objects.
  std::vector<std::string> take_wanted();

  const pl_object* at(uint32_t object) const { return object < PL_MAX_OBJECTS ? objects_ + object : nullptr; }
  pl_object* at(uint32_t object) { return object < PL_MAX_OBJECTS ? objects_ + object : nullptr; }
  size_t object_count() const { return numbers_.size(); }
  size_t table_count() const { return tables_.size(); }
  uint64_t table_bytes() const { return table_words_ * 4; }
  uint64_t evictions() const { return evictions_; }
  /// Objects met so far, those since forgotten included.
  uint64_t objects_made() const { return objects_made_; }

 private:
  struct Table {
    uint32_t rules = 0, rule_count = 0, pages = 0, page_count = 0, first_page = 0;
    std::vector<WordRange> ranges;
    uint64_t words = 0;
  };
  struct Slot {
    std::string key, content;
    uint32_t references = 0;
    bool asked_for = false, ask = false;
  };
  bool place(const pl_table_header& header, TableBytes bytes, Table& table);
  bool place_rows(const pl_table_header& header, const pl_page* pages, const uint32_t* rows, Table& table);
  WordRange take(uint32_t words, Table& table);
  void publish(uint32_t object, const Table& table);
  uint64_t evict_oldest();
  bool is_wanted(uint32_t object) const {
    const Slot& slot = slots_[object];
    return objects_[object].state == PL_OBJECT_WAITING && (slot.ask || objects_[object].used_at_s) && !slot.asked_for;
  }
  void free_unreferenced();

  Arena& arena_;
  pl_object* objects_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_slots_;
  std::unordered_map<std::string, uint32_t> numbers_;
  std::map<std::string, Table> tables_;  // by content
  uint32_t end_ = 1;  // numbers given so far are below it
  uint64_t table_words_ = 0, evictions_ = 0, objects_made_ = 0;
};

}  // namespace pilotlight
