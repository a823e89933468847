#include "addon.h"

static Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  pilotlight::export_program(env, exports);
  pilotlight::export_drain(env, exports);
  pilotlight::export_channel(env, exports);
  pilotlight::export_host(env, exports);
  pilotlight::export_unwind(env, exports);
  return exports;
}

NODE_API_MODULE(pilotlight, initialize)
