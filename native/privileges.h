// Who a child runs as and what it may do: users and capabilities of a process with one thread that is about to exec.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace pilotlight {

struct Identity {
  std::string name;
  uid_t uid;
  gid_t gid;
};

/// Bit N is capability number N of linux/capability.h.
using Capabilities = uint64_t;

/// By name, from wherever this host keeps its users (getpwnam). Nothing where there is no such user.
std::optional<Identity> find_user(const std::string& name);

/// The permitted set of this process.
Capabilities held_capabilities();

/// Keeps no more than `kept`, in the bounding set too. The process stays who it is.
void limit_capabilities(Capabilities kept);

/// Becomes `user` (with no group but its own) where one is given, keeps no more than `kept` through exec, and can never
/// gain anything again (no_new_privs). Throws SystemError.
void become(const std::optional<Identity>& user, Capabilities kept);

}  // namespace pilotlight
