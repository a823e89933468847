#include "launched-child.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "closed-folders.h"
#include "errors.h"

namespace pilotlight {
namespace {

/// close_range(2), Linux 5.9; glibc has it since 2.34.
constexpr long kSysCloseRange = 436;

/// `parent`: 0 where nobody waits for the code that a launcher understands.
[[noreturn]] void give_up(const char* name, const std::string& why, pid_t parent) {
  fprintf(stderr, "pilotlight: cannot start the %s: %s\n", name, why.c_str());
  _exit(parent ? kGiveUp : 1);
}

/// No orphans: the child ends with the launcher, also when that is killed. The kernel forgets the wish at each change of
/// user or capabilities (prctl(2)), so it comes last.
[[noreturn]] void execute(const char* name, const std::vector<char*>& argv, pid_t parent) {
  if (parent) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
  }
  // A core file would show what was read of others.
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  execv(argv[0], argv.data());
  give_up(name, std::string(argv[0]) + ": " + strerror(errno), parent);
}

/// As the user that we have become: what cannot be read now would fail later with less to say.
void check_readable(const LauncherOptions& options) {
  for (const std::string& path : options.needed) {
    if (!access(path.c_str(), R_OK)) continue;
    const std::string user = options.service_user ? options.service_user->name : "this user";
    throw std::runtime_error(user + " may not read " + path + " (" + strerror(errno) + "); run: chmod -R go+rX " + path);
  }
}

void enter_data_folder(const std::string& path) {
  // It may be missing where we are not root: then the service makes it.
  if (chdir(path.c_str()) && chdir("/")) fail("chdir", path);
}

}  // namespace

void close_from(int first) {
  if (!syscall(kSysCloseRange, static_cast<unsigned>(first), ~0U, 0)) return;
  const long last = sysconf(_SC_OPEN_MAX);
  for (long fd = first; fd < last; fd++) close(static_cast<int>(fd));
}

void become_sampler(const LauncherOptions& options, Capabilities kept, pid_t parent) {
  try {
    if (chdir("/")) fail("chdir", "/");
    umask(077);
    become(options.sampler_user, kept);
  } catch (const std::exception& error) {
    give_up("sampler", error.what(), parent);
  }
  execute("sampler", options.sampler_argv, parent);
}

void become_service(const LauncherOptions& options, const rlimit& memlock, pid_t parent) {
  try {
    if (options.service_user) reach(options.needed, *options.service_user);
    setrlimit(RLIMIT_MEMLOCK, &memlock);
    umask(027);
    become(options.service_user, 0);
    check_readable(options);
    enter_data_folder(options.data_dir);
  } catch (const std::exception& error) {
    give_up("service", error.what(), parent);
  }
  execute("service", options.service_argv, parent);
}

}  // namespace pilotlight
