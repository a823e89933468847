// The launcher's command line (src/daemon/launch.ts writes it).
//
//   pilotlight-launcher KEY=VALUE… -- [SAMPLER ARGV…] -- SERVICE ARGV…
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "privileges.h"

namespace pilotlight {

struct LauncherOptions {
  /// Users of the two children; without one, a child stays who the launcher is (who is then not root).
  std::optional<Identity> sampler_user;
  std::optional<Identity> service_user;
  /// What the sampler keeps; what it has while it loads and attaches; what the launcher keeps.
  Capabilities sampler = 0;
  Capabilities attach = 0;
  Capabilities launcher = 0;
  std::string data_dir;
  /// Files and folders that the service reads, without symbolic links.
  std::vector<std::string> needed;
  /// Each ends with a null; the sampler's is empty where there is none to start.
  std::vector<char*> sampler_argv;
  std::vector<char*> service_argv;
};

/// Throws std::runtime_error, also where a user does not exist.
LauncherOptions parse_launcher_options(int argc, char** argv);

}  // namespace pilotlight
