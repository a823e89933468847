#include "program-answers.h"

#include <cstdlib>

#include "bpf-programs.h"
#include "errors.h"

namespace pilotlight {

ProgramAnswer loaded_programs() {
  std::vector<uint32_t> ids;
  try {
    ids = bpf_program_ids();
  } catch (const SystemError&) {
    // Without SYS_ADMIN they cannot be listed: they keep the names that kallsyms has.
  }
  std::string text = "L";
  for (const uint32_t id : ids) text.append(" ").append(std::to_string(id));
  return {text, UniqueFd()};
}

ProgramAnswer program_dump(const std::string& id) {
  try {
    BpfDump dump = dump_bpf_program(static_cast<uint32_t>(std::strtoul(id.c_str(), nullptr, 10)));
    std::string text = "P ";
    text.append(std::to_string(dump.bytes));
    for (const uint64_t tag : dump.tags) text.append(" ").append(tag_text(tag));
    return {text, UniqueFd(dump.fd)};
  } catch (const SystemError& error) {
    return {std::string("P -").append(std::to_string(error.code)), UniqueFd()};
  }
}

}  // namespace pilotlight
