// Errors that name the system call, so that the caller can say what is missing and how to mend it.
#pragma once
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace pilotlight {

/// A failed system call: `stage` is what was tried ("perf_event_open", "bpf_load", …), `code` the errno.
class SystemError : public std::runtime_error {
 public:
  SystemError(std::string stage, int code, const std::string& detail = "")
      : std::runtime_error(stage + ": " + std::strerror(code) + (detail.empty() ? "" : ": " + detail)),
        stage(std::move(stage)),
        code(code) {}
  const std::string stage;
  const int code;
};

[[noreturn]] inline void fail(const char* stage, const std::string& detail = "") {
  throw SystemError(stage, errno, detail);
}

}  // namespace pilotlight
