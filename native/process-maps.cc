#include "process-maps.h"

#include <string.h>

namespace pilotlight {
namespace {

/// Mappings come first: the first shard is theirs.
constexpr uint32_t kFirstSliceShard = 0;
constexpr uint64_t kKeepExitedNs = 2000000000;

}  // namespace

CodeSpace::CodeSpace(const CodeSpace& other)
    : arena_(other.arena_), tables_(other.tables_), last_edition_(other.last_edition_), codes_(other.codes_), changed_(true) {
  for (auto& [start, code] : codes_) tables_.refer_again(code.object);
}

CodeSpace::~CodeSpace() {
  drop_slice();
  for (auto& [start, code] : codes_) tables_.drop(code.object);
}

void CodeSpace::drop_slice() {
  arena_.release(slice_);
  slice_ = {};
}

void CodeSpace::add(const MappedCode& code) {
  changed_ = true;
  auto at = codes_.lower_bound(code.start);
  if (at != codes_.begin() && std::prev(at)->second.end > code.start) --at;
  while (at != codes_.end() && at->first < code.end) {
    const MappedCode old = at->second;
    at = codes_.erase(at);
    if (old.start < code.start) {
      codes_.emplace(old.start, MappedCode{old.start, code.start, old.offset, old.object});
      tables_.refer_again(old.object);
    }
    if (old.end > code.end) {
      at = codes_.emplace(code.end, MappedCode{code.end, old.end, old.offset + (code.end - old.start), old.object}).first;
      tables_.refer_again(old.object);
    }
    tables_.drop(old.object);
  }
  if (codes_.size() < PL_MAX_MAPPINGS && code.start < code.end) codes_.emplace(code.start, code);
  else tables_.drop(code.object);
}

WordRange CodeSpace::slice() {
  if (!changed_) return slice_;
  drop_slice();
  if (codes_.empty()) {
    changed_ = false;
    return slice_;
  }
  const auto range = arena_.allocate(size() * PL_MAPPING_WORDS, kFirstSliceShard);
  uint32_t* words = range ? arena_.at(range->word) : nullptr;
  if (!words) return slice_;
  changed_ = false;
  auto* mapping = reinterpret_cast<pl_mapping*>(words);
  for (const auto& [start, code] : codes_) {
    *mapping++ = {code.start, code.end, code.offset - code.start, code.object, 0};
  }
  last_edition_ = edition_ = last_edition_ % PL_MAX_EDITION + 1;
  return slice_ = *range;
}

ProcessMaps::ProcessMaps(Arena& arena, UnwindTables& tables, pl_process_table* table)
    : arena_(arena), tables_(tables), table_(table) {
  memset(table->slots, 0, sizeof table->slots);
}

CodeSpace& ProcessMaps::writable(uint32_t pid) {
  changed_.insert(pid);
  if (!processes_.count(pid)) processes_[pid].serial = ++serials_;
  auto& space = processes_[pid].space;
  if (!space) space = std::make_shared<CodeSpace>(arena_, tables_, table_->last_edition);
  else if (space.use_count() > 1) space = std::make_shared<CodeSpace>(*space);
  return *space;
}

void ProcessMaps::fork(uint32_t pid, uint32_t parent) {
  const auto known = processes_.find(parent);
  if (known == processes_.end()) return;
  const Process child = {known->second.space, known->second.complete, ++serials_};
  processes_[pid] = child;
  changed_.insert(pid);
}

void ProcessMaps::exec(uint32_t pid) {
  processes_[pid] = {std::make_shared<CodeSpace>(arena_, tables_, table_->last_edition), true, ++serials_};
  changed_.insert(pid);
}

void ProcessMaps::map(uint32_t pid, const MappedCode& code) { writable(pid).add(code); }

bool ProcessMaps::wants_snapshot(uint32_t pid) const {
  const auto known = processes_.find(pid);
  return known == processes_.end() || !known->second.complete;
}

void ProcessMaps::begin_snapshot(uint32_t pid) {
  writable(pid);
  processes_[pid].complete = true;
}

void ProcessMaps::doubt_all() {
  for (auto& [pid, process] : processes_) process.complete = false;
}

void ProcessMaps::exit(uint32_t pid) {
  const auto known = processes_.find(pid);
  if (known != processes_.end()) exited_.push_back({monotonic_ns(), pid, known->second.serial});
}

std::shared_ptr<CodeSpace> ProcessMaps::space(uint32_t pid) const {
  const auto known = processes_.find(pid);
  return known == processes_.end() ? nullptr : known->second.space;
}

void ProcessMaps::forget_exited() {
  const uint64_t now = monotonic_ns();
  while (!exited_.empty() && now - exited_.front().at_ns > kKeepExitedNs) {
    const Exited gone = exited_.front();
    exited_.pop_front();
    const auto known = processes_.find(gone.pid);
    // The pid may have a new holder by now.
    if (known == processes_.end() || known->second.serial != gone.serial) continue;
    remove(gone.pid);
    changed_.erase(gone.pid);
    processes_.erase(known);
  }
}

void ProcessMaps::publish() {
  std::unordered_set<uint32_t> starved;
  for (const uint32_t pid : changed_) {
    const auto known = processes_.find(pid);
    if (known == processes_.end()) continue;
    CodeSpace& space = *known->second.space;
    const WordRange slice = space.slice();
    enter(pid, PL_MAPPINGS(space.edition(), slice.word, slice.words / PL_MAPPING_WORDS));
    if (space.starved()) starved.insert(pid);
  }
  changed_ = std::move(starved);
  forget_exited();
}

void ProcessMaps::enter(uint32_t pid, uint64_t mappings) {
  for (uint32_t i = 0; i < PL_PROCESS_PROBES; i++) {
    pl_process& process = table_->slots[(PL_PROCESS_HASH(pid) + i) & (PL_PROCESS_SLOTS - 1)];
    if (process.tgid && process.tgid != pid) continue;
    __atomic_store_n(&process.mappings, mappings, __ATOMIC_RELEASE);
    __atomic_store_n(&process.tgid, pid, __ATOMIC_RELEASE);
    return;
  }
  crowded_++;
}

/// Closes the gap, so that a search may end at a free slot (Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
void ProcessMaps::remove(uint32_t pid) {
  constexpr uint32_t kMask = PL_PROCESS_SLOTS - 1;
  auto& slots = table_->slots;
  uint32_t gap = PL_PROCESS_HASH(pid) & kMask;
  for (uint32_t i = 0; slots[gap].tgid != pid; gap = (gap + 1) & kMask) {
    if (!slots[gap].tgid || ++i >= PL_PROCESS_PROBES) return;
  }
  for (uint32_t next = (gap + 1) & kMask; slots[next].tgid; next = (next + 1) & kMask) {
    const uint32_t home = PL_PROCESS_HASH(slots[next].tgid) & kMask;
    if (((next - home) & kMask) < ((next - gap) & kMask)) continue;  // it may not move before its home
    slots[gap] = slots[next];
    gap = next;
  }
  __atomic_store_n(&slots[gap].tgid, 0, __ATOMIC_RELEASE);
}

}  // namespace pilotlight
