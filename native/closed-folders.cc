#include "closed-folders.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <map>
#include <stdexcept>

#include "errors.h"
#include "unique-fd.h"

namespace pilotlight {
namespace {

/// Looks at files as that user would: the kernel drops the capabilities that override permissions with the file system's
/// user (capabilities(7)), and raises them again with root's.
class AsUser {
 public:
  explicit AsUser(const Identity& user) {
    if (setgroups(0, nullptr)) fail("setgroups");
    setfsgid(user.gid);
    setfsuid(user.uid);
  }
  ~AsUser() {
    setfsuid(0);
    setfsgid(0);
  }
};

bool may_enter(const std::string& folder) {
  // The last component `.` is looked up in the folder, which takes the permission to search it.
  const UniqueFd fd(open((folder + "/.").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  return fd.get() >= 0 || errno != EACCES;
}

/// The topmost folder above `path` that may not be entered; empty where all may.
std::string closed_above(const std::string& path) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (!may_enter(folder)) return folder;
  }
  return "";
}

struct Needed {
  std::string path;
  UniqueFd fd;  // O_PATH: still leads to it when something lies over the closed folder
};
using ByClosedFolder = std::map<std::string, std::vector<Needed>>;

ByClosedFolder find_closed(const std::vector<std::string>& needed, const Identity& user) {
  ByClosedFolder closed;
  const AsUser as_user(user);
  for (const std::string& path : needed) {
    const std::string folder = closed_above(path);
    if (!folder.empty()) closed[folder].push_back({path, UniqueFd()});
  }
  return closed;
}

/// In the new mount namespace, whose mounts alone can be bound to another place in it.
void open_all(ByClosedFolder& closed) {
  for (auto& [folder, paths] : closed) {
    for (Needed& each : paths) {
      each.fd = UniqueFd(open(each.path.c_str(), O_PATH | O_CLOEXEC));
      if (each.fd.get() < 0) fail("open", each.path);
    }
  }
}

void make_folders(const std::string& root, const std::string& path) {
  for (size_t slash = path.find('/', root.size() + 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (mkdir(path.substr(0, slash).c_str(), 0755) && errno != EEXIST) fail("mkdir", path);
  }
}

void make_mount_point(const Needed& needed) {
  struct stat status;
  if (fstat(needed.fd.get(), &status)) fail("fstat", needed.path);
  if (S_ISDIR(status.st_mode)) {
    if (mkdir(needed.path.c_str(), 0755) && errno != EEXIST) fail("mkdir", needed.path);
    return;
  }
  const UniqueFd file(open(needed.path.c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0444));
  if (file.get() < 0) fail("open", needed.path);
}

void replace(const std::string& folder, const std::vector<Needed>& needed) {
  if (mount("pilotlight", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64k")) fail("mount", folder);
  for (const Needed& each : needed) {
    make_folders(folder, each.path);
    make_mount_point(each);
    const std::string from = "/proc/self/fd/" + std::to_string(each.fd.get());
    if (mount(from.c_str(), each.path.c_str(), nullptr, MS_BIND | MS_REC, nullptr)) fail("mount", each.path);
  }
}

void replace_all(ByClosedFolder& closed) {
  if (unshare(CLONE_NEWNS)) fail("unshare");
  // What the host mounts and unmounts later happens here too; what happens here stays here.
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr)) fail("mount", "/");
  open_all(closed);
  const mode_t before = umask(022);
  for (const auto& [folder, needed] : closed) replace(folder, needed);
  umask(before);
}

}  // namespace

void reach(const std::vector<std::string>& needed, const Identity& user) {
  ByClosedFolder closed = find_closed(needed, user);
  if (closed.empty()) return;
  try {
    replace_all(closed);
  } catch (const SystemError& error) {
    const std::string& folder = closed.begin()->first;
    throw std::runtime_error("the user " + user.name + " may not enter " + folder + ", and " +
                             closed.begin()->second.front().path + " cannot be shown to it in a mount namespace (" +
                             error.what() + "); move it to where everybody may read it, or run: chmod o+x " + folder);
  }
}

}  // namespace pilotlight
