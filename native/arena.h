// The arena of words that the walker reads (bpf/arena.h): who has which part of it.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "../bpf/arena.h"
#include "clock.h"
#include "unique-fd.h"

namespace pilotlight {

/// Words of the arena. Never straddles two shards.
struct WordRange {
  uint32_t word = 0;
  uint32_t words = 0;
};

class Arena {
 public:
  /// `fd` is the shard's BPF map, which must stay open, or -1 for memory of this process (replay, tests).
  void add_shard(uint32_t index, int fd);
  /// From the first shard at or after `from_shard` that has room; nothing where none has.
  std::optional<WordRange> allocate(uint32_t words, uint32_t from_shard);
  /// Free again a second later: a walk that is under way may still read it.
  void release(const WordRange& range);
  /// Free at once: nobody has been told of it.
  void cancel(const WordRange& range);
  /// Valid until `rest`. Null where there is no such shard or it cannot be mapped.
  uint32_t* shard(uint32_t index);
  uint32_t* at(uint32_t word) {
    uint32_t* words = shard(word / PL_SHARD_WORDS);
    return words ? words + word % PL_SHARD_WORDS : nullptr;
  }
  /// Gives back what was released a second ago, and unmaps shards that were not touched for some seconds: mapped ones
  /// count as this process's memory.
  void rest();
  uint32_t shard_count() const { return static_cast<uint32_t>(shards_.size()); }
  uint64_t free_words() const;
  /// Released, and not free yet.
  uint64_t released_words() const;

 private:
  struct Shard {
    int fd = -1;
    Mapping mapping;
    std::unique_ptr<uint32_t[]> own;
    uint64_t touched_ns = 0;
    std::map<uint32_t, uint32_t> free;  // first word in the shard -> words
  };
  struct Released {
    uint64_t at_ns;
    WordRange range;
  };
  std::vector<Shard> shards_;
  std::deque<Released> released_;
};

}  // namespace pilotlight
