#include "walker.h"

#include <string.h>

#include <algorithm>

namespace pilotlight {

struct WalkMemory {
  const CopiedStack& stack;
  Arena& arena;
  UnwindTables& tables;
};

}  // namespace pilotlight

struct pl_walk_memory : pilotlight::WalkMemory {};

#include "../bpf/walk.h"

const pl_u32* walk_shard(pl_walk* walk, pl_u32 shard) { return walk->memory->arena.shard(shard); }

pl_object* walk_object(pl_walk* walk, pl_u32 index) { return walk->memory->tables.at(index); }

/// Stacks are walked here once, of programs that come and go.
pl_cached_rule* walk_cached(pl_walk*, pl_u32) { return nullptr; }

pl_u32 walk_read_chunk(pl_walk* walk, void* to, pl_u64 from) {
  const pilotlight::CopiedStack& stack = walk->memory->stack;
  if (from < stack.at || from - stack.at >= stack.size) return 0;
  const size_t bytes = std::min<size_t>(PL_CHUNK_BYTES, stack.size - (from - stack.at));
  memcpy(to, stack.bytes + (from - stack.at), bytes);
  return static_cast<pl_u32>(bytes);
}

long walk_read(pl_walk* walk, void* to, pl_u32 bytes, pl_u64 from) {
  const pilotlight::CopiedStack& stack = walk->memory->stack;
  if (from < stack.at || from - stack.at > stack.size || stack.size - (from - stack.at) < bytes) return -1;
  memcpy(to, stack.bytes + (from - stack.at), bytes);
  return 0;
}

namespace pilotlight {
namespace {

/// The root frames out of their ring (copy_frames in bpf/walk-kernel.h).
void unroll(const pl_walk& walk, WalkedStack& walked) {
  walked.count = static_cast<uint16_t>(std::min<uint32_t>(walk.frames, PL_MAX_USER_FRAMES));
  walked.skipped = static_cast<uint16_t>(walk.frames - walked.count);
  std::copy_n(walk.addresses, walked.count, walked.frames);
  if (!walked.skipped) return;
  uint64_t* ring = walked.frames + PL_LEAF_FRAMES;
  std::rotate(ring, ring + (walk.frames - PL_LEAF_FRAMES) % PL_ROOT_FRAMES, ring + PL_ROOT_FRAMES);
}

}  // namespace

void walk_copied(const CopiedStack& stack, Arena& arena, UnwindTables& tables, const WordRange& slice,
                 WalkedStack& walked) {
  const pl_walk_memory memory = {{stack, arena, tables}};
  pl_walk walk;
  std::copy_n(stack.registers, PL_REGISTERS, walk.registers);
  walk.memory = &memory;
  walk.mappings = slice.word;
  walk.mapping_count = slice.words / PL_MAPPING_WORDS;
  walk.edition = 0;
  walk.now_s = static_cast<uint32_t>(monotonic_ns() / 1000000000);
  walk_begin(&walk, stack.in_kernel);
  for (int i = 0; i < PL_MAX_STEPS; i++) {
    if (walk_step(&walk)) break;
  }
  unroll(walk, walked);
  // What lies beyond the copy was not unreadable: it was not copied.
  const bool whole = stack.size > PL_RAW_STACK_BYTES - 4096;
  if (whole && walk.end == PL_END_BAD_READ) walk.end = PL_END_COPY_ENDED;
  walked.end = static_cast<uint8_t>(walk.end);
  walked.by_pointer = walk.any_by_pointer;
  walked.object = walk.object;
}

}  // namespace pilotlight
