// The walker of bpf/walk.h over a copy of a stack.
#pragma once
#include <cstdint>

#include "arena.h"
#include "unwind-tables.h"

namespace pilotlight {

/// Registers and stack of an interrupted program. Not owned.
struct CopiedStack {
  const uint64_t* registers;  // PL_REGISTERS, by DWARF number
  uint64_t at;                // address of the first byte
  const char* bytes;
  size_t size;
  bool in_kernel;
};

struct WalkedStack {
  uint64_t frames[PL_MAX_USER_FRAMES];  // leaf first, PL_FRAME_ bits included
  uint16_t count = 0;
  uint16_t skipped = 0;  // between the leaf and the root frames
  uint8_t end = PL_END_NONE;
  uint32_t object = PL_ANONYMOUS_OBJECT;  // that the last frame is in
  bool by_pointer = false;
};

/// `slice`: the program's mappings in the arena.
void walk_copied(const CopiedStack& stack, Arena& arena, UnwindTables& tables, const WordRange& slice,
                 WalkedStack& walked);

}  // namespace pilotlight
