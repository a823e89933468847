// A checkout in a home that only its owner may enter, run by another user.
#pragma once
#include <string>
#include <vector>

#include "privileges.h"

namespace pilotlight {

/// Makes the files and folders `needed` (absolute, without symbolic links) reachable for `user` in this process and what
/// it starts, and nothing else: where a folder above one of them is closed to that user, this process gets a mount
/// namespace in which an empty folder lies over the closed one, with what is needed at its place in it. The process must
/// have one thread, and the capability SYS_ADMIN where a folder is closed. Throws std::runtime_error that says what to do.
void reach(const std::vector<std::string>& needed, const Identity& user);

}  // namespace pilotlight
