#include "launcher-options.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace pilotlight {
namespace {

Identity user_named(const std::string& name) {
  const std::optional<Identity> user = find_user(name);
  if (!user) {
    throw std::runtime_error("there is no user " + name + " to run as; make it: useradd --system --user-group " +
                             "--no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin " + name);
  }
  if (user->uid == 0) throw std::runtime_error("the user " + name + " is root; name another, or none");
  return *user;
}

Capabilities mask(const std::string& hex) { return std::strtoull(hex.c_str(), nullptr, 16); }

void set(LauncherOptions& options, const std::string& key, const std::string& value) {
  if (key == "sampler-user") options.sampler_user = user_named(value);
  else if (key == "service-user") options.service_user = user_named(value);
  else if (key == "sampler-capabilities") options.sampler = mask(value);
  else if (key == "attach-capabilities") options.attach = mask(value);
  else if (key == "launcher-capabilities") options.launcher = mask(value);
  else if (key == "data-dir") options.data_dir = value;
  else if (key == "need") options.needed.push_back(value);
  else throw std::runtime_error("unknown option of the launcher: " + key);
}

/// Takes what comes before the next `--` (or the end), and the `--`.
std::vector<char*> take(char**& at, char** end) {
  std::vector<char*> taken;
  for (; at < end && std::strcmp(*at, "--") != 0; at++) taken.push_back(*at);
  if (at < end) at++;
  return taken;
}

}  // namespace

LauncherOptions parse_launcher_options(int argc, char** argv) {
  LauncherOptions options;
  char** at = argv + 1;
  char** end = argv + argc;
  for (const std::string setting : take(at, end)) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos) throw std::runtime_error("not an option of the launcher: " + setting);
    set(options, setting.substr(0, equals), setting.substr(equals + 1));
  }
  options.sampler_argv = take(at, end);
  options.service_argv.assign(at, end);
  if (options.service_argv.empty() || options.data_dir.empty()) {
    throw std::runtime_error(
        "usage: pilotlight-launcher data-dir=DIR KEY=VALUE... -- [SAMPLER ARGV...] -- SERVICE ARGV...");
  }
  if (!options.sampler_argv.empty()) options.sampler_argv.push_back(nullptr);
  options.service_argv.push_back(nullptr);
  return options;
}

}  // namespace pilotlight
