// The only header that includes napi.h: argument unpacking and error wrapping for the bindings.
#pragma once
#define NODE_ADDON_API_DISABLE_DEPRECATED
#include <napi.h>

#include <string>

#include "errors.h"

namespace pilotlight {

/// Runs `body`; a SystemError becomes a JavaScript Error with `code` (errno's name) and `stage`.
template <typename Body>
auto guarded(Napi::Env env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const SystemError& error) {
    Napi::Error wrapped = Napi::Error::New(env, error.what());
    const char* name = strerrorname_np(error.code);
    wrapped.Set("code", Napi::String::New(env, name ? name : "UNKNOWN"));
    wrapped.Set("stage", Napi::String::New(env, error.stage));
    throw wrapped;
  }
}

/// Runs what a thread-safe function does in JavaScript: what that throws becomes an uncaught exception, as in a timer.
/// While the environment is being torn down nothing can be called, and what throws then has nobody to tell.
template <typename Body>
void from_thread(Napi::Env env, Body body) {
  try {
    body();
  } catch (const Napi::Error& error) {
    napi_fatal_exception(env, error.Value());
  }
}

inline uint64_t to_u64(const Napi::Value& value) {
  bool lossless;
  return value.As<Napi::BigInt>().Uint64Value(&lossless);
}

void export_program(Napi::Env env, Napi::Object exports);
void export_drain(Napi::Env env, Napi::Object exports);
void export_channel(Napi::Env env, Napi::Object exports);
void export_host(Napi::Env env, Napi::Object exports);
void export_unwind(Napi::Env env, Napi::Object exports);

}  // namespace pilotlight
