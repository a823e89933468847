// What the launcher tells the sampler of loaded BPF programs: the kernel asks for SYS_ADMIN, which nobody else keeps.
#pragma once
#include <string>

#include "unique-fd.h"

namespace pilotlight {

struct ProgramAnswer {
  std::string text;
  UniqueFd fd;  // of a dump
};

/// `L ID…`, of those that the kernel lists; none where we may not ask.
ProgramAnswer loaded_programs();

/// `P BYTES TAG…` (tags as kallsyms prints them) and a sealed file, or `P -CODE` with an errno. `id`: decimal.
ProgramAnswer program_dump(const std::string& id);

}  // namespace pilotlight
