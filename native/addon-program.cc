// Bindings of bpf-program.h and bpf-programs.h.
#include "addon.h"
#include "bpf-program.h"
#include "bpf-programs.h"

namespace pilotlight {
namespace {

Napi::Value load(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const Napi::Object given = info[0].As<Napi::Object>();
    auto number = [&](const char* name) { return given.Get(name).As<Napi::Number>().Uint32Value(); };
    ProgramOptions options;
    options.object_path = given.Get("objectPath").As<Napi::String>().Utf8Value();
    options.log_bytes = number("logBytes");
    options.possible_cpus = number("possibleCpus");
    options.filters = number("filters");
    options.filter_pid = number("filterPid");
    options.filter_cgroup = to_u64(given.Get("filterCgroup"));
    options.filter_comm = given.Get("filterComm").As<Napi::String>().Utf8Value();
    options.cgroup_v1 = number("cgroupV1");
    const ProgramFds fds = load_program(options);
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("program", fds.program);
    result.Set("cpus", fds.cpus);
    result.Set("logs", fds.logs);
    result.Set("processes", fds.processes);
    result.Set("objects", fds.objects);
    result.Set("arena", fds.arena);
    return result;
  });
}

int int_at(const Napi::CallbackInfo& info, size_t index) { return info[index].As<Napi::Number>().Int32Value(); }

Napi::Value new_log(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const uint32_t cpu = info[1].As<Napi::Number>().Uint32Value();
    const uint32_t log_bytes = info[2].As<Napi::Number>().Uint32Value();
    return Napi::Number::New(info.Env(), create_log(int_at(info, 0), cpu, log_bytes));
  });
}

Napi::Value new_shard(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    return Napi::Number::New(info.Env(), create_shard(int_at(info, 0), info[1].As<Napi::Number>().Uint32Value()));
  });
}

Napi::Value new_sample_event(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const int fd = open_sample_event(int_at(info, 0), int_at(info, 1), to_u64(info[2]));
    return Napi::Number::New(info.Env(), fd);
  });
}

Napi::Value new_sideband_event(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::Number::New(info.Env(), open_sideband_event(int_at(info, 0))); });
}

void enable(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { enable_event(int_at(info, 0)); });
}

void set_period(const Napi::CallbackInfo& info) {
  guarded(info.Env(), [&] { set_event_period(int_at(info, 0), to_u64(info[1])); });
}

Napi::Value enabled_ns(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return Napi::BigInt::New(info.Env(), read_enabled_ns(int_at(info, 0))); });
}

Napi::Value program_ids(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const std::vector<uint32_t> ids = bpf_program_ids();
    Napi::Array result = Napi::Array::New(info.Env(), ids.size());
    for (uint32_t i = 0; i < ids.size(); i++) result.Set(i, ids[i]);
    return result;
  });
}

Napi::Value dump_program(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const BpfDump dump = dump_bpf_program(info[0].As<Napi::Number>().Uint32Value());
    Napi::Array tags = Napi::Array::New(info.Env(), dump.tags.size());
    for (uint32_t i = 0; i < dump.tags.size(); i++) tags.Set(i, tag_text(dump.tags[i]));
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("fd", dump.fd);
    result.Set("bytes", dump.bytes);
    result.Set("tags", tags);
    return result;
  });
}

}  // namespace

void export_program(Napi::Env env, Napi::Object exports) {
  exports.Set("loadProgram", Napi::Function::New(env, load));
  exports.Set("createLog", Napi::Function::New(env, new_log));
  exports.Set("createShard", Napi::Function::New(env, new_shard));
  exports.Set("openSampleEvent", Napi::Function::New(env, new_sample_event));
  exports.Set("openSidebandEvent", Napi::Function::New(env, new_sideband_event));
  exports.Set("enableEvent", Napi::Function::New(env, enable));
  exports.Set("setEventPeriod", Napi::Function::New(env, set_period));
  exports.Set("readEnabledNs", Napi::Function::New(env, enabled_ns));
  exports.Set("bpfProgramIds", Napi::Function::New(env, program_ids));
  exports.Set("dumpBpfProgram", Napi::Function::New(env, dump_program));
}

}  // namespace pilotlight
