#include "log-reader.h"

#include <linux/perf_event.h>

#include "bpf-program.h"
#include "errors.h"

namespace pilotlight {
namespace {

uint64_t load_acquire(const void* at) { return __atomic_load_n(static_cast<const uint64_t*>(at), __ATOMIC_ACQUIRE); }
void store_release(void* at, uint64_t value) {
  __atomic_store_n(static_cast<uint64_t*>(at), value, __ATOMIC_RELEASE);
}

}  // namespace

LogReader::LogReader(int cpu, int fd, uint32_t log_bytes)
    : cpu_(cpu), log_bytes_(log_bytes), map_(fd, log_value_bytes(log_bytes)) {
  if (!map_.data()) fail("mmap", "log of CPU " + std::to_string(cpu));
  // This reader's mirror of sent stacks is empty: make the program send every stack's body again.
  store_release(&header()->generation, header()->generation + 1);
}

void LogReader::read(std::vector<char>& out) {
  const uint64_t head = load_acquire(&header()->head);
  uint64_t tail = header()->tail;
  const char* ring = reinterpret_cast<const char*>(header() + 1);
  while (tail != head) {
    const char* record = ring + (tail & (log_bytes_ - 1));
    uint32_t size;
    memcpy(&size, record, sizeof size);
    // Only our program writes here; a size out of bounds means a foreign writer. Give up what is unread: the gap
    // in the sequence numbers counts it.
    if (size < sizeof(pl_sample) || size > PL_MAX_RAW_RECORD || size % 8 || size > head - tail) {
      tail = head;
      break;
    }
    out.insert(out.end(), record, record + size);
    tail += size;
  }
  store_release(&header()->tail, tail);
}

size_t LogReader::unread_bytes() const { return load_acquire(&header()->head) - header()->tail; }

size_t SidebandReader::mapped_bytes() { return page_bytes() + kRingBytes; }

SidebandReader::SidebandReader(int cpu, int fd) : cpu_(cpu), map_(fd, mapped_bytes()) {
  if (!map_.data()) fail("mmap", "side band of CPU " + std::to_string(cpu));
}

bool SidebandReader::has_records() const {
  const auto* meta = reinterpret_cast<const perf_event_mmap_page*>(map_.data());
  return load_acquire(&meta->data_head) != meta->data_tail;
}

void SidebandReader::read(std::vector<char>& out) {
  auto* meta = reinterpret_cast<perf_event_mmap_page*>(map_.data());
  const char* ring = map_.data() + page_bytes();
  const uint64_t head = load_acquire(&meta->data_head);
  const uint64_t tail = meta->data_tail;
  const size_t from = tail & (kRingBytes - 1);
  const size_t bytes = head - tail;
  const size_t first = std::min(bytes, kRingBytes - from);
  out.insert(out.end(), ring + from, ring + from + first);
  out.insert(out.end(), ring, ring + (bytes - first));
  store_release(&meta->data_tail, head);
}

}  // namespace pilotlight
