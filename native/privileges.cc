#include "privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "errors.h"

namespace pilotlight {
namespace {

constexpr Capabilities bit(int capability) { return Capabilities{1} << capability; }

/// CAP_BPF, CAP_PERFMON and CAP_CHECKPOINT_RESTORE are split off from CAP_SYS_ADMIN since Linux 5.8 and 5.9.
constexpr int kLastSplitOff = 40;

int last_capability() {
  int last = 0;
  while (prctl(PR_CAPBSET_READ, last + 1, 0, 0, 0) >= 0) last++;
  return last;
}

/// What of `wanted` this kernel knows; an old one lets nothing but CAP_SYS_ADMIN stand in for what it does not.
Capabilities known(Capabilities wanted) {
  const int last = last_capability();
  if (last >= kLastSplitOff) return wanted;
  const Capabilities valid = (bit(last) << 1) - 1;
  return (wanted & valid) | (wanted & ~valid ? bit(CAP_SYS_ADMIN) : 0);
}

/// Without CAP_SETPCAP the bounding set stays as it is; no_new_privs then keeps anything from being taken from it.
void drop_bounding(Capabilities kept) {
  for (int capability = 0; capability <= last_capability(); capability++) {
    if (kept & bit(capability)) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) && errno != EPERM) fail("prctl", "PR_CAPBSET_DROP");
  }
}

void set_capabilities(Capabilities permitted, Capabilities inheritable) {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2];
  for (int half : {0, 1}) {
    const auto of = [half](Capabilities set) { return static_cast<uint32_t>(set >> (32 * half)); };
    data[half] = {of(permitted), of(permitted), of(inheritable)};
  }
  if (syscall(SYS_capset, &header, data)) fail("capset");
}

/// What is ambient stays through the exec of a program without capabilities of its own, whoever the user is.
void make_ambient(Capabilities kept) {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)) fail("prctl", "PR_CAP_AMBIENT_CLEAR_ALL");
  for (int capability = 0; capability < 64; capability++) {
    if (!(kept & bit(capability))) continue;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)) fail("prctl", "PR_CAP_AMBIENT_RAISE");
  }
}

void change_user(const Identity& user) {
  if (setgroups(0, nullptr)) fail("setgroups");
  if (setresgid(user.gid, user.gid, user.gid)) fail("setresgid", user.name);
  // Else the kernel would clear the permitted set with the change; exec clears the flag.
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)) fail("prctl", "PR_SET_KEEPCAPS");
  if (setresuid(user.uid, user.uid, user.uid)) fail("setresuid", user.name);
}

}  // namespace

std::optional<Identity> find_user(const std::string& name) {
  const passwd* entry = getpwnam(name.c_str());
  if (!entry) return std::nullopt;
  return Identity{name, entry->pw_uid, entry->pw_gid};
}

Capabilities held_capabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data)) fail("capget");
  return Capabilities{data[1].permitted} << 32 | data[0].permitted;
}

void limit_capabilities(Capabilities kept) {
  const Capabilities left = known(kept) & held_capabilities();
  drop_bounding(left);
  set_capabilities(left, 0);
}

void become(const std::optional<Identity>& user, Capabilities kept) {
  const Capabilities left = known(kept) & held_capabilities();
  drop_bounding(left);
  if (user) change_user(*user);
  set_capabilities(left, left);
  make_ambient(left);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("prctl", "PR_SET_NO_NEW_PRIVS");
}

}  // namespace pilotlight
