// The JavaScript object that holds what the walker knows; the drain is given it.
#pragma once
#include <memory>

#include "addon.h"
#include "unwind-maps.h"

namespace pilotlight {

class UnwindMapsHandle : public Napi::ObjectWrap<UnwindMapsHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  /// new UnwindMaps(processesFd, objectsFd, cacheDir)
  explicit UnwindMapsHandle(const Napi::CallbackInfo& info);
  const std::shared_ptr<UnwindMaps>& maps() const { return maps_; }

 private:
  void add_shard(const Napi::CallbackInfo& info);
  Napi::Value attach(const Napi::CallbackInfo& info);
  Napi::Value load(const Napi::CallbackInfo& info);
  void mark_without(const Napi::CallbackInfo& info);
  Napi::Value finish(const Napi::CallbackInfo& info);
  void drop(const Napi::CallbackInfo& info);
  void add_process(const Napi::CallbackInfo& info);
  Napi::Value usage(const Napi::CallbackInfo& info);
  std::shared_ptr<UnwindMaps> maps_;
};

}  // namespace pilotlight
