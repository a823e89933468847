#include "arena.h"

namespace pilotlight {
namespace {

constexpr uint64_t kGraceNs = 1000000000;
constexpr uint64_t kMappedNs = 3 * kGraceNs;
constexpr uint32_t kAlign = PL_MAPPING_WORDS;  // suits pages too, which begin at even words

uint32_t aligned(uint32_t words) { return (words + kAlign - 1) & ~(kAlign - 1); }

}  // namespace

void Arena::add_shard(uint32_t index, int fd) {
  if (index >= PL_MAX_SHARDS) return;
  if (shards_.size() <= index) shards_.resize(index + 1);
  Shard& shard = shards_[index];
  shard.fd = fd;
  if (fd < 0) shard.own = std::make_unique<uint32_t[]>(PL_SHARD_WORDS);
  shard.free = {{0, PL_SHARD_WORDS}};
}

std::optional<WordRange> Arena::allocate(uint32_t words, uint32_t from_shard) {
  const uint32_t wanted = aligned(words);
  if (!words || wanted > PL_SHARD_WORDS) return std::nullopt;
  for (uint32_t index = from_shard; index < shards_.size(); index++) {
    auto& free = shards_[index].free;
    for (auto gap = free.begin(); gap != free.end(); ++gap) {
      if (gap->second < wanted) continue;
      const auto [first, length] = *gap;
      free.erase(gap);
      if (length > wanted) free.emplace(first + wanted, length - wanted);
      return WordRange{index * PL_SHARD_WORDS + first, words};
    }
  }
  return std::nullopt;
}

void Arena::release(const WordRange& range) {
  if (range.words) released_.push_back({monotonic_ns(), range});
}

void Arena::cancel(const WordRange& range) {
  if (!range.words) return;
  auto& free = shards_[range.word / PL_SHARD_WORDS].free;
  uint32_t first = range.word % PL_SHARD_WORDS, length = aligned(range.words);
  auto next = free.lower_bound(first);
  if (next != free.end() && next->first == first + length) {
    length += next->second;
    next = free.erase(next);
  }
  if (next != free.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second == first) {
      before->second += length;
      return;
    }
  }
  free.emplace(first, length);
}

uint32_t* Arena::shard(uint32_t index) {
  if (index >= shards_.size()) return nullptr;
  Shard& shard = shards_[index];
  if (shard.own) return shard.own.get();
  if (shard.fd < 0) return nullptr;
  shard.touched_ns = 0;  // set by rest(): no clock is read per access
  if (!shard.mapping.data()) shard.mapping = Mapping(shard.fd, PL_SHARD_WORDS * sizeof(uint32_t));
  return reinterpret_cast<uint32_t*>(shard.mapping.data());
}

void Arena::rest() {
  const uint64_t now = monotonic_ns();
  while (!released_.empty() && now - released_.front().at_ns > kGraceNs) {
    cancel(released_.front().range);
    released_.pop_front();
  }
  for (Shard& shard : shards_) {
    if (!shard.mapping.data()) continue;
    if (!shard.touched_ns) shard.touched_ns = now;
    else if (now - shard.touched_ns > kMappedNs) shard.mapping = Mapping();
  }
}

uint64_t Arena::free_words() const {
  uint64_t words = 0;
  for (const Shard& shard : shards_) {
    for (const auto& [first, length] : shard.free) words += length;
  }
  return words;
}

uint64_t Arena::released_words() const {
  uint64_t words = 0;
  for (const Released& released : released_) words += aligned(released.range.words);
  return words;
}

}  // namespace pilotlight
