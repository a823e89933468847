// Opening what belongs to other processes, without being led astray by their symbolic links.
#pragma once
#include <cstdint>
#include <string>

namespace pilotlight {

/// What to do where the last component of a path is a symbolic link.
enum class LastLink { kFollow, kRefuse };

/// Opens a regular file below `root` as if `root` were "/" (openat2 RESOLVE_IN_ROOT, Linux 5.6). Throws SystemError.
int open_in_root(const std::string& root, const std::string& path, LastLink last_link);

/// Path of a cgroup in the hierarchy mounted at `mount`, from its id (open_by_handle_at). Empty when it is gone.
std::string cgroup_path(const std::string& mount, uint64_t id);

}  // namespace pilotlight
