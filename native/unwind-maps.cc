#include "unwind-maps.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <algorithm>

#include "../bpf/registers.h"
#include "errors.h"

namespace pilotlight {
namespace {

/// Of stacks that wait: some 1,000, what two busy CPUs sample until /proc has been read. The oldest give up waiting.
constexpr uint64_t kMaxPendingBytes = 16 << 20;

Mapping map_or_fail(int fd, size_t bytes, const char* what) {
  Mapping mapping(fd, bytes);
  if (!mapping.data()) fail("mmap", what);
  return mapping;
}

uint32_t record_bytes(const char* record) {
  uint32_t size;
  memcpy(&size, record, sizeof size);
  return size;
}

/// Closes the gaps that shortened records leave. `sizes` are those before.
void close_gaps(char* bytes, Chunk& chunk, const std::vector<uint32_t>& sizes) {
  char *from = bytes + chunk.offset, *to = from;
  for (const uint32_t size : sizes) {
    const uint32_t left = record_bytes(from);
    memmove(to, from, left);
    from += size;
    to += left;
  }
  chunk.size = static_cast<size_t>(to - bytes) - chunk.offset;
}

std::vector<uint32_t> record_sizes(const char* bytes, const Chunk& chunk) {
  std::vector<uint32_t> sizes;
  for (size_t at = 0; at < chunk.size; at += sizes.back()) sizes.push_back(record_bytes(bytes + chunk.offset + at));
  return sizes;
}

}  // namespace

UnwindMaps::UnwindMaps(int processes_fd, int objects_fd, std::string cache_dir)
    : cache_dir_(std::move(cache_dir)),
      processes_map_(map_or_fail(processes_fd, sizeof(pl_process_table), "processes")),
      objects_map_(map_or_fail(objects_fd, PL_MAX_OBJECTS * sizeof(pl_object), "objects")),
      tables_(arena_, reinterpret_cast<pl_object*>(objects_map_.data())),
      processes_(arena_, tables_, reinterpret_cast<pl_process_table*>(processes_map_.data())) {}

void UnwindMaps::add_shard(uint32_t index, int fd) {
  std::lock_guard<std::mutex> lock(mutex_);
  arena_.add_shard(index, fd);
}

UnwindTables::Load UnwindMaps::load(const std::string& key, const std::string& content, TableBytes table, bool evict) {
  std::lock_guard<std::mutex> lock(mutex_);
  arena_.rest();  // what was evicted for this table is free by now, whether or not samples came meanwhile
  return tables_.load(key, content, table, evict);
}

bool UnwindMaps::attach(const std::string& key, const std::string& content) {
  std::lock_guard<std::mutex> lock(mutex_);
  return tables_.attach(key, content);
}

void UnwindMaps::mark_without(const std::string& key) {
  std::lock_guard<std::mutex> lock(mutex_);
  tables_.mark_without(key);
}

void UnwindMaps::add_process(uint32_t pid, const std::vector<SnapshotCode>& codes) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!processes_.wants_snapshot(pid)) return;
  processes_.begin_snapshot(pid);
  for (const SnapshotCode& code : codes) {
    processes_.map(pid, {code.start, code.end, code.offset, tables_.refer(code.key)});
  }
  processes_.publish();
}

void UnwindMaps::apply(const SidebandRecord& record) {
  switch (record.kind) {
    case SidebandRecord::Kind::kExec:
      return processes_.exec(record.pid);
    case SidebandRecord::Kind::kFork:
      return processes_.fork(record.pid, record.parent);
    case SidebandRecord::Kind::kExit:
      return processes_.exit(record.pid);
    case SidebandRecord::Kind::kMap: {
      const uint32_t object = tables_.refer(record.key);
      processes_.map(record.pid, {record.start, record.end, record.offset, object});
      if (!tables_.settled(object)) load_cached(record.key);
      return;
    }
    case SidebandRecord::Kind::kLost:
      return processes_.doubt_all();
    case SidebandRecord::Kind::kOther:
      return;
  }
}

/// A table that had to make room for others is in the cache, where JavaScript put it: no turn of it is waited for.
void UnwindMaps::load_cached(const std::string& key) {
  const std::string content = tables_.content_of(key);
  if (content.empty() || tables_.attach(key, content) || cache_dir_.empty()) return;
  UniqueFd file(open((cache_dir_ + "/" + content + ".unwind").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat about;
  if (file.get() < 0 || fstat(file.get(), &about) || about.st_size <= 0) return;
  const size_t size = static_cast<size_t>(about.st_size);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) return;
  const auto loaded = tables_.load(key, content, {static_cast<const uint8_t*>(data), size}, false);
  munmap(data, size);
  futimens(file.get(), nullptr);  // the cache gives up what was not used lately
  if (loaded == UnwindTables::Load::kNoRoom) tables_.ask_for(key);
}

bool UnwindMaps::has_wanted() {
  std::lock_guard<std::mutex> lock(mutex_);
  return tables_.has_wanted();
}

void UnwindMaps::walk_raw(const pl_raw* raw, CodeSpace& space, WalkedStack& walked) {
  const CopiedStack stack = {reinterpret_cast<const uint64_t*>(raw->registers), raw->stack_at,
                             reinterpret_cast<const char*>(raw + 1), raw->stack_bytes, raw->in_kernel != 0};
  walk_copied(stack, arena_, tables_, space.slice(), walked);
  copied_walks_++;
}

/// The space stays as it is: a process that changes it makes one of its own.
uint64_t UnwindMaps::keep(uint32_t pid, std::shared_ptr<CodeSpace> space, const pl_raw* raw, uint32_t object) {
  const size_t bytes = sizeof *raw + raw->stack_bytes;
  const auto* words = reinterpret_cast<const uint64_t*>(raw);
  pending_.emplace(++last_pending_, Pending{pid, std::move(space), {words, words + bytes / 8}, object, nullptr});
  pending_bytes_ += bytes;
  while (pending_bytes_ > kMaxPendingBytes) forget(pending_.begin());
  return last_pending_;
}

void UnwindMaps::forget(std::map<uint64_t, Pending>::iterator pending) {
  pending_bytes_ -= pending->second.raw.size() * 8;
  pending_.erase(pending);
}

void UnwindMaps::go_on(Pending& pending) {
  const auto space = pending.space ? pending.space : processes_.space(pending.pid);
  if (!space) return;
  pending.walked = std::make_unique<WalkedStack>();
  walk_raw(reinterpret_cast<const pl_raw*>(pending.raw.data()), *space, *pending.walked);
}

/// Those whose table has come: what they found is smaller than the copy of the stack.
void UnwindMaps::go_on_all() {
  for (auto& [number, pending] : pending_) {
    if (pending.raw.empty()) continue;
    if (pending.space ? !tables_.settled(pending.object) : !processes_.space(pending.pid)) continue;
    go_on(pending);
    pending.object = pending.walked->object;
    if (pending.walked->end == PL_END_NO_TABLE) {
      pending.walked.reset();
      continue;
    }
    pending_bytes_ -= pending.raw.size() * 8;
    pending.raw = {};
  }
}

void UnwindMaps::drop(uint64_t number) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto kept = pending_.find(number);
  if (kept != pending_.end()) forget(kept);
}

bool UnwindMaps::finish(uint64_t number, WalkedStack& walked) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto kept = pending_.find(number);
  if (kept == pending_.end()) return false;
  if (!kept->second.walked) go_on(kept->second);
  const bool known = kept->second.walked != nullptr;
  if (known) walked = *kept->second.walked;
  forget(kept);
  return known;
}

void UnwindMaps::walk(pl_sample* sample) {
  auto* frames = reinterpret_cast<uint64_t*>(sample + 1) + sample->kernel_frames;
  const auto* raw = reinterpret_cast<const pl_raw*>(frames);
  WalkedStack walked;
  sample->flags = static_cast<uint16_t>((sample->flags & ~PL_FLAG_RAW) | PL_FLAG_UNCACHED);
  sample->stack_hash = 0;
  const auto space = processes_.space(sample->tgid);
  if (space) {
    walk_raw(raw, *space, walked);
  } else {
    walked.frames[0] = raw->registers[PL_REGISTER_PC];
    walked.count = 1;
    walked.end = PL_END_NO_PROCESS;
  }
  if (walked.end == PL_END_NO_TABLE || walked.end == PL_END_NO_PROCESS) {
    sample->flags |= PL_FLAG_PENDING;
    sample->stack_hash = keep(sample->tgid, space, raw, walked.object);
  }
  if (walked.by_pointer) sample->flags |= PL_FLAG_BY_POINTER;
  sample->walk_end = walked.end;
  sample->user_frames = walked.count;
  sample->skipped_frames = walked.skipped;
  const uint32_t size = sizeof *sample + (sample->kernel_frames + walked.count) * 8u;
  memcpy(frames, walked.frames, walked.count * 8u);
  sample->size = std::min(size, sample->size);
}

struct UnwindMaps::Event {
  uint64_t time_ns;
  SidebandRecord record;
  pl_sample* sample;  // null: it is `record`
};

/// What is to be done about a batch, in the order of time.
std::vector<UnwindMaps::Event> UnwindMaps::events_of(Batch& batch) const {
  std::vector<Event> events;
  SidebandRecord record;
  for (const Chunk& chunk : batch.chunks) {
    char* bytes = batch.bytes.data() + chunk.offset;
    for (size_t at = 0, size; at < chunk.size; at += size) {
      if (chunk.sideband) {
        size = read_sideband(bytes + at, chunk.size - at, record);
        if (!size) break;
        if (record.kind != SidebandRecord::Kind::kOther) events.push_back({record.time_ns, record, nullptr});
      } else {
        auto* sample = reinterpret_cast<pl_sample*>(bytes + at);
        size = sample->size;
        if (sample->flags & PL_FLAG_RAW) events.push_back({sample->time_ns, {}, sample});
      }
    }
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; });
  return events;
}

void UnwindMaps::take_in(Batch& batch) {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::vector<Event> events = events_of(batch);
  const bool walks = std::any_of(events.begin(), events.end(), [](const Event& event) { return event.sample; });
  std::vector<std::vector<uint32_t>> sizes(batch.chunks.size());
  for (size_t i = 0; walks && i < sizes.size(); i++) {
    if (!batch.chunks[i].sideband) sizes[i] = record_sizes(batch.bytes.data(), batch.chunks[i]);
  }
  const uint64_t objects = tables_.objects_made();
  for (const Event& event : events) {
    if (event.sample) walk(event.sample);
    else apply(event.record);
  }
  batch.new_objects = tables_.objects_made() > objects;
  for (size_t i = 0; i < sizes.size(); i++) {
    if (!sizes[i].empty()) close_gaps(batch.bytes.data(), batch.chunks[i], sizes[i]);
  }
  processes_.publish();
  go_on_all();
  batch.wanted = tables_.take_wanted();
  arena_.rest();
}

UnwindUsage UnwindMaps::usage() {
  std::lock_guard<std::mutex> lock(mutex_);
  return {uint64_t{arena_.shard_count()} * PL_SHARD_WORDS * 4,
          arena_.free_words() * 4,
          tables_.table_bytes(),
          static_cast<uint32_t>(processes_.size()),
          static_cast<uint32_t>(tables_.object_count()),
          static_cast<uint32_t>(tables_.table_count()),
          tables_.evictions(),
          processes_.crowded(),
          processes_.starved(),
          copied_walks_};
}

}  // namespace pilotlight
