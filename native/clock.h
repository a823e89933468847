// The clock of samples and side-band records.
#pragma once
#include <time.h>

#include <cstdint>

namespace pilotlight {

inline uint64_t clock_ns(int clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

inline uint64_t monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }

}  // namespace pilotlight
