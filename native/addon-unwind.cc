// Bindings of unwind-maps.h, and of the walker for replay.
#include "addon-unwind.h"

#include <memory>
#include <vector>

#include "walker.h"

namespace pilotlight {
namespace {

constexpr const char* kEndNames[] = {
#define X(upper, lower) #lower,
    PL_WALK_ENDS(X)
#undef X
};

const char* name_of(UnwindTables::Load load) {
  switch (load) {
    case UnwindTables::Load::kLoaded: return "loaded";
    case UnwindTables::Load::kNoRoom: return "no-room";
    case UnwindTables::Load::kMalformed: return "malformed";
  }
  return "malformed";
}

TableBytes table_bytes(const Napi::Value& value) {
  const Napi::Uint8Array bytes = value.As<Napi::Uint8Array>();
  return {bytes.Data(), bytes.ByteLength()};
}

Napi::Object to_js(Napi::Env env, const WalkedStack& walked) {
  Napi::BigUint64Array frames = Napi::BigUint64Array::New(env, walked.count);
  std::copy_n(walked.frames, walked.count, frames.Data());
  Napi::Object result = Napi::Object::New(env);
  result.Set("frames", frames);
  result.Set("end", kEndNames[walked.end]);
  result.Set("skipped", walked.skipped);
  result.Set("byPointer", walked.by_pointer);
  return result;
}

std::string text(const Napi::CallbackInfo& info, size_t index) { return info[index].As<Napi::String>().Utf8Value(); }

uint64_t pending_number(const Napi::CallbackInfo& info) {
  return static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value());
}

/// Replays walks over copied stacks, in memory of this process: no BPF map is needed.
class Replay : public Napi::ObjectWrap<Replay> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Replay", {InstanceMethod("addTable", &Replay::add_table), InstanceMethod("walk", &Replay::walk)});
  }

  explicit Replay(const Napi::CallbackInfo& info)
      : Napi::ObjectWrap<Replay>(info), objects_(PL_MAX_OBJECTS), tables_(arena_, objects_.data()) {
    for (uint32_t i = 0; i < PL_MAX_SHARDS; i++) arena_.add_shard(i, -1);
  }

 private:
  /// addTable(table): the object's number. An empty table: an object without unwind information.
  Napi::Value add_table(const Napi::CallbackInfo& info) {
    const TableBytes bytes = table_bytes(info[0]);
    const std::string key = std::to_string(tables_.object_count());
    const uint32_t object = tables_.refer(key);
    if (!bytes.size) tables_.mark_without(key);
    else if (tables_.load(key, key, bytes, false) != UnwindTables::Load::kLoaded) {
      throw Napi::Error::New(info.Env(), "the table is malformed, or there is no room for it");
    }
    return Napi::Number::New(info.Env(), object);
  }

  /// walk({registers, stackAt, stack, inKernel, mappings: {start, end, offset, object}}): {frames, end, skipped}
  Napi::Value walk(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const Napi::Object given = info[0].As<Napi::Object>();
    const Napi::Object mappings = given.Get("mappings").As<Napi::Object>();
    const auto start = mappings.Get("start").As<Napi::BigUint64Array>();
    const auto end = mappings.Get("end").As<Napi::BigUint64Array>();
    const auto offset = mappings.Get("offset").As<Napi::BigUint64Array>();
    const auto object = mappings.Get("object").As<Napi::Int32Array>();
    uint32_t last_edition = 0;
    CodeSpace space(arena_, tables_, last_edition);
    for (size_t i = 0; i < start.ElementLength(); i++) {
      const uint32_t number = object[i] < 0 ? PL_ANONYMOUS_OBJECT : static_cast<uint32_t>(object[i]);
      tables_.refer_again(number);
      space.add({start[i], end[i], offset[i], number});
    }
    const auto registers = given.Get("registers").As<Napi::BigUint64Array>();
    uint64_t kept[PL_REGISTERS] = {};
    std::copy_n(registers.Data(), std::min<size_t>(registers.ElementLength(), PL_REGISTERS), kept);
    const auto stack = given.Get("stack").As<Napi::Uint8Array>();
    WalkedStack walked;
    walk_copied({kept, to_u64(given.Get("stackAt")), reinterpret_cast<const char*>(stack.Data()), stack.ByteLength(),
                 given.Get("inKernel").ToBoolean().Value()},
                arena_, tables_, space.slice(), walked);
    arena_.rest();
    return to_js(env, walked);
  }

  std::vector<pl_object> objects_;
  Arena arena_;
  UnwindTables tables_;
};

}  // namespace

Napi::Function UnwindMapsHandle::define(Napi::Env env) {
  return DefineClass(env, "UnwindMaps",
                     {InstanceMethod("addShard", &UnwindMapsHandle::add_shard),
                      InstanceMethod("attach", &UnwindMapsHandle::attach), InstanceMethod("load", &UnwindMapsHandle::load),
                      InstanceMethod("markWithout", &UnwindMapsHandle::mark_without),
                      InstanceMethod("addProcess", &UnwindMapsHandle::add_process),
                      InstanceMethod("finishWalk", &UnwindMapsHandle::finish),
                      InstanceMethod("dropWalk", &UnwindMapsHandle::drop),
                      InstanceMethod("usage", &UnwindMapsHandle::usage)});
}

UnwindMapsHandle::UnwindMapsHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<UnwindMapsHandle>(info) {
  guarded(info.Env(), [&] {
    maps_ = std::make_shared<UnwindMaps>(info[0].As<Napi::Number>().Int32Value(), info[1].As<Napi::Number>().Int32Value(),
                                         text(info, 2));
  });
}

void UnwindMapsHandle::add_shard(const Napi::CallbackInfo& info) {
  maps_->add_shard(info[0].As<Napi::Number>().Uint32Value(), info[1].As<Napi::Number>().Int32Value());
}

Napi::Value UnwindMapsHandle::attach(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), maps_->attach(text(info, 0), text(info, 1)));
}

Napi::Value UnwindMapsHandle::load(const Napi::CallbackInfo& info) {
  const bool evict = info[3].ToBoolean().Value();
  return Napi::String::New(info.Env(), name_of(maps_->load(text(info, 0), text(info, 1), table_bytes(info[2]), evict)));
}

void UnwindMapsHandle::mark_without(const Napi::CallbackInfo& info) { maps_->mark_without(text(info, 0)); }

void UnwindMapsHandle::add_process(const Napi::CallbackInfo& info) {
  const Napi::Array given = info[1].As<Napi::Array>();
  std::vector<UnwindMaps::SnapshotCode> codes;
  for (uint32_t i = 0; i < given.Length(); i++) {
    const Napi::Object item = given.Get(i).As<Napi::Object>();
    const std::string path = item.Get("path").As<Napi::String>().Utf8Value();
    const std::string device = item.Get("device").As<Napi::String>().Utf8Value();
    const std::string inode = item.Get("inode").As<Napi::String>().Utf8Value();
    const std::string key = file_key(path, device, strtoull(inode.c_str(), nullptr, 10), "");
    const auto offset = static_cast<uint64_t>(item.Get("offset").As<Napi::Number>().Int64Value());
    codes.push_back({to_u64(item.Get("start")), to_u64(item.Get("end")), key == "[vdso]" ? 0 : offset, key});
  }
  maps_->add_process(info[0].As<Napi::Number>().Uint32Value(), codes);
}

void UnwindMapsHandle::drop(const Napi::CallbackInfo& info) { maps_->drop(pending_number(info)); }

Napi::Value UnwindMapsHandle::finish(const Napi::CallbackInfo& info) {
  WalkedStack walked;
  return maps_->finish(pending_number(info), walked) ? to_js(info.Env(), walked) : info.Env().Null();
}

Napi::Value UnwindMapsHandle::usage(const Napi::CallbackInfo& info) {
  const UnwindUsage usage = maps_->usage();
  Napi::Object result = Napi::Object::New(info.Env());
  const auto set = [&](const char* name, uint64_t value) { result.Set(name, static_cast<double>(value)); };
  set("arenaBytes", usage.arena_bytes);
  set("freeBytes", usage.free_bytes);
  set("tableBytes", usage.table_bytes);
  set("processes", usage.processes);
  set("objects", usage.objects);
  set("tables", usage.tables);
  set("evictions", usage.evictions);
  set("crowded", usage.crowded);
  set("starved", usage.starved);
  set("copiedWalks", usage.copied_walks);
  return result;
}

void export_unwind(Napi::Env env, Napi::Object exports) {
  exports.Set("UnwindMaps", UnwindMapsHandle::define(env));
  exports.Set("Replay", Replay::define(env));
  exports.Set("arenaShardBytes", PL_SHARD_WORDS * 4);
  exports.Set("arenaMaxShards", PL_MAX_SHARDS);
}

}  // namespace pilotlight
