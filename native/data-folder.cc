#include "data-folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>

#include "errors.h"
#include "unique-fd.h"

namespace pilotlight {
namespace {

/// A data directory has one of these (src/store/data-dir.ts); a new one may have come no further than the second.
constexpr const char* kMarks[] = {"VERSION", "hot.duckdb"};
/// Deeper than any data directory is.
constexpr int kMaxDepth = 16;

[[noreturn]] void refuse(const std::string& path, const std::string& why, const std::string& mend) {
  throw std::runtime_error("the data directory " + path + " cannot be used: " + why + "; " + mend);
}

/// As the service would say it of itself (src/store/data-dir.ts).
[[noreturn]] void refuse_system(const std::string& path, int code, const Identity& user) {
  refuse(path, std::string(strerrorname_np(code)) + ": " + strerror(code),
         "make it writable for the user " + user.name + " or give another --data-dir");
}

std::string chown_command(const std::string& path, const Identity& user) {
  return "run: chown -R " + user.name + ": " + path;
}

/// Missing folders above it are root's.
void make_parents(const std::string& path, const Identity& user) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (mkdir(path.substr(0, slash).c_str(), 0755) && errno != EEXIST) refuse_system(path, errno, user);
  }
}

struct FolderCloser {
  void operator()(DIR* folder) const { closedir(folder); }
};
using Folder = std::unique_ptr<DIR, FolderCloser>;

Folder listed(int fd) {
  const int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  Folder folder(copy < 0 ? nullptr : fdopendir(copy));
  if (!folder) fail("opendir");
  return folder;
}

template <typename Visit>
void each_entry(int fd, Visit visit) {
  const Folder folder = listed(fd);
  while (const dirent* entry = readdir(folder.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") visit(name);
  }
}

bool is_empty(int fd) {
  bool empty = true;
  each_entry(fd, [&](const std::string&) { empty = false; });
  return empty;
}

bool is_data_folder(int fd) {
  struct stat status;
  for (const char* mark : kMarks) {
    if (!fstatat(fd, mark, &status, AT_SYMLINK_NOFOLLOW) && S_ISREG(status.st_mode)) return true;
  }
  return false;
}

void give(int fd, const Identity& user) {
  if (fchown(fd, user.uid, user.gid)) fail("chown");
}

/// Root's files and folders below `fd`. Symbolic links stay root's, and files that have a name elsewhere too.
int give_entries(int fd, const Identity& user, int depth) {
  int given = 0;
  each_entry(fd, [&](const std::string& name) {
    // Opened first, so that what is looked at is what is given. O_NONBLOCK: a FIFO must not make us wait.
    const UniqueFd entry(openat(fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status;
    if (entry.get() < 0 || fstat(entry.get(), &status) || status.st_uid != 0) return;
    const bool folder = S_ISDIR(status.st_mode);
    if (!folder && (!S_ISREG(status.st_mode) || status.st_nlink != 1)) return;
    if (folder && depth < kMaxDepth) given += give_entries(entry.get(), user, depth + 1);
    give(entry.get(), user);
    given++;
  });
  return given;
}

/// The folder itself last: where this is interrupted, the next start goes on.
void take_over(int fd, const std::string& path, const Identity& user) {
  const int given = give_entries(fd, user, 0);
  give(fd, user);
  if (given == 0) return;
  fprintf(stderr, "pilotlight: the data directory %s was root's and now belongs to %s, with %d files and folders in it\n",
          path.c_str(), user.name.c_str(), given);
}

bool is_link(const std::string& path) {
  struct stat status;
  return !lstat(path.c_str(), &status) && S_ISLNK(status.st_mode);
}

void check_and_take_over(int fd, const std::string& path, const Identity& user) {
  struct stat status;
  if (fstat(fd, &status)) fail("fstat", path);
  if (status.st_uid == user.uid) return;
  if (status.st_uid != 0) {
    refuse(path, "it belongs to user " + std::to_string(status.st_uid) + " and the service runs as " + user.name,
           chown_command(path, user) + ", or name its owner by --user");
  }
  if (status.st_mode & (S_IWGRP | S_IWOTH)) {
    refuse(path, "it is root's and others may write to it", "give a directory of its own by --data-dir");
  }
  if (!is_empty(fd) && !is_data_folder(fd)) {
    refuse(path, "it is root's, not empty, and no data directory", "give a directory of its own by --data-dir");
  }
  if (is_link(path)) refuse(path, "it is a symbolic link to a directory of root's", chown_command(path + "/", user));
  take_over(fd, path, user);
}

}  // namespace

void prepare_data_folder(const std::string& path, const Identity& user) {
  make_parents(path, user);
  if (mkdir(path.c_str(), 0750) && errno != EEXIST) refuse_system(path, errno, user);
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) refuse_system(path, errno, user);
  try {
    check_and_take_over(fd.get(), path, user);
  } catch (const SystemError& error) {
    refuse_system(path, error.code, user);
  }
}

}  // namespace pilotlight
