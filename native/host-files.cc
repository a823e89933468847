#include "host-files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <climits>

#include "errors.h"
#include "unique-fd.h"

namespace pilotlight {

int open_in_root(const std::string& root, const std::string& path, LastLink last_link) {
  UniqueFd directory(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) fail("open", root);
  open_how how = {};
  // O_NONBLOCK: a FIFO put in the file's place must not make the caller wait.
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  if (last_link == LastLink::kRefuse) how.flags |= O_NOFOLLOW;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  UniqueFd file(static_cast<int>(syscall(SYS_openat2, directory.get(), path.c_str(), &how, sizeof how)));
  if (file.get() < 0) fail("openat2", path);
  struct stat status;
  if (fstat(file.get(), &status)) fail("fstat", path);
  if (!S_ISREG(status.st_mode)) throw SystemError("openat2", EINVAL, path + " is not a regular file");
  return file.release();
}

std::string cgroup_path(const std::string& mount, uint64_t id) {
  UniqueFd root(open(mount.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (root.get() < 0) fail("open", mount);
  // A kernfs handle is the 64-bit id (FILEID_KERNFS, Linux 5.5).
  constexpr int kFileIdKernfs = 0xfe;
  alignas(file_handle) char space[sizeof(file_handle) + sizeof id];
  auto* handle = reinterpret_cast<file_handle*>(space);
  handle->handle_bytes = sizeof id;
  handle->handle_type = kFileIdKernfs;
  memcpy(handle->f_handle, &id, sizeof id);
  UniqueFd group(open_by_handle_at(root.get(), handle, O_PATH | O_CLOEXEC));
  if (group.get() < 0) return "";
  char target[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(group.get());
  const ssize_t length = readlink(link.c_str(), target, sizeof target);
  if (length < 0) return "";
  const std::string path(target, static_cast<size_t>(length));
  if (path.compare(0, mount.size(), mount) != 0) return "";
  return path.size() == mount.size() ? "/" : path.substr(mount.size());
}

}  // namespace pilotlight
