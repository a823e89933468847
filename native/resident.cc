#include "resident.h"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>

#include "unique-fd.h"

namespace pilotlight {
namespace {

/// Node and DuckDB have the large ones. The rest is not worth the faults.
constexpr size_t LEAST_BYTES = 4 << 20;

/// Relocations in read-only segments would be lost with their pages.
bool has_text_relocations(const dl_phdr_info& object) {
  for (const ElfW(Phdr)* header = object.dlpi_phdr; header < object.dlpi_phdr + object.dlpi_phnum; header++) {
    if (header->p_type != PT_DYNAMIC) continue;
    const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + header->p_vaddr);
    for (; entry->d_tag != DT_NULL; entry++) {
      if (entry->d_tag == DT_TEXTREL) return true;
      if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0) return true;
    }
  }
  return false;
}

/// A segment that was never writable is the file itself: MADV_DONTNEED only drops its page table entries.
int drop_read_only_segments(dl_phdr_info* object, size_t, void* total) {
  if (has_text_relocations(*object)) return 0;
  const size_t page = page_bytes();
  for (const ElfW(Phdr)* header = object->dlpi_phdr; header < object->dlpi_phdr + object->dlpi_phnum; header++) {
    if (header->p_type != PT_LOAD || (header->p_flags & PF_W) != 0 || header->p_memsz < LEAST_BYTES) continue;
    // Whole pages of this segment alone.
    const size_t begin = (object->dlpi_addr + header->p_vaddr + page - 1) & ~(page - 1);
    const size_t end = (object->dlpi_addr + header->p_vaddr + header->p_memsz) & ~(page - 1);
    // Refused where the pages are locked, which is then somebody's wish.
    if (madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED) == 0) {
      *static_cast<size_t*>(total) += end - begin;
    }
  }
  return 0;
}

}  // namespace

size_t release_unused_memory() {
  size_t total = 0;
  // Holds the loader's lock: nothing is unloaded meanwhile.
  dl_iterate_phdr(drop_read_only_segments, &total);
  malloc_trim(0);
  return total;
}

}  // namespace pilotlight
