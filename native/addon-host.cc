// Bindings of host-files.h, resident.h, clocks, and exec.
#include <fcntl.h>

#include <csignal>
#include <ctime>
#include <unistd.h>
#include <vector>

#include "addon.h"
#include "clock.h"
#include "host-files.h"
#include "resident.h"

namespace pilotlight {
namespace {

/// openInRoot(root, path, followLast)
Napi::Value open_below(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const std::string root = info[0].As<Napi::String>(), path = info[1].As<Napi::String>();
    const bool follow = info[2].As<Napi::Boolean>();
    return Napi::Number::New(info.Env(), open_in_root(root, path, follow ? LastLink::kFollow : LastLink::kRefuse));
  });
}

Napi::Value path_of_cgroup(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    return Napi::String::New(info.Env(), cgroup_path(info[0].As<Napi::String>().Utf8Value(), to_u64(info[1])));
  });
}

Napi::Value read_clock(const Napi::CallbackInfo& info) {
  return Napi::BigInt::New(info.Env(), clock_ns(info[0].As<Napi::Number>().Int32Value()));
}

std::vector<std::string> strings(const Napi::Value& value) {
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<std::string> result;
  for (uint32_t i = 0; i < array.Length(); i++) result.push_back(array.Get(i).As<Napi::String>().Utf8Value());
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

Napi::Value release_unused(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(release_unused_memory()));
}

/// exec(path, argv, environment): replaces this process; returns only by throwing.
void replace_process(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] {
    const std::string path = info[0].As<Napi::String>().Utf8Value();
    std::vector<std::string> argv = strings(info[1]);
    std::vector<std::string> environment = strings(info[2]);
    signal(SIGPIPE, SIG_DFL);  // Node ignores it, and exec would hand that on
    for (int fd : {0, 1, 2}) fcntl(fd, F_SETFD, 0);  // Node marks even these close-on-exec
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    execve(path.c_str(), pointers(argv).data(), pointers(environment).data());
    fail("execve", path);
  });
}

}  // namespace

void export_host(Napi::Env env, Napi::Object exports) {
  exports.Set("openInRoot", Napi::Function::New(env, open_below));
  exports.Set("cgroupPath", Napi::Function::New(env, path_of_cgroup));
  exports.Set("clockNs", Napi::Function::New(env, read_clock));
  exports.Set("releaseUnusedMemory", Napi::Function::New(env, release_unused));
  exports.Set("exec", Napi::Function::New(env, replace_process));
}

}  // namespace pilotlight
