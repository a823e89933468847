// Giving back memory that only starting up needed.
#pragma once
#include <cstddef>

namespace pilotlight {

/// Unmaps the pages of large programs' and libraries' code and constants (they stay in the page cache, and come back
/// when they are needed), and gives the allocator's free pages back to the kernel. The bytes of the address ranges
/// that were looked through.
size_t release_unused_memory();

}  // namespace pilotlight
