// What a child of the launcher does between fork and exec: it becomes who it is to be, with what it needs and no more.
#pragma once
#include <sys/resource.h>

#include "launcher-options.h"

namespace pilotlight {

/// A child that ends with this code cannot work here and has said why: EX_CONFIG of sysexits.h.
constexpr int kGiveUp = 78;

/// Descriptors of a child: its channel to the launcher, and its end of the children's socket pair.
constexpr int kChannelFd = 3;
constexpr int kPairFd = 4;

/// Executes the sampler, with `kept`. Ends this process where it cannot. `parent`: with whom it ends.
[[noreturn]] void become_sampler(const LauncherOptions& options, Capabilities kept, pid_t parent);

/// Executes the service: without a privilege, in its data directory. `memlock`: its limit on locked memory. `parent`: with
/// whom it ends; 0 where this process is not a child.
[[noreturn]] void become_service(const LauncherOptions& options, const rlimit& memlock, pid_t parent);

/// Closes every descriptor from `first` on.
void close_from(int first);

}  // namespace pilotlight
