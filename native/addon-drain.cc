// Bindings of drain.h and of the counters' map.
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "addon-unwind.h"
#include "drain.h"

namespace pilotlight {
namespace {

/// Batches waiting for JavaScript; more than this and the records stay in the rings.
constexpr int kMaxWaiting = 8;

Napi::Object to_js(Napi::Env env, const Batch& batch) {
  Napi::ArrayBuffer bytes = Napi::ArrayBuffer::New(env, batch.bytes.size());
  memcpy(bytes.Data(), batch.bytes.data(), batch.bytes.size());
  Napi::Array chunks = Napi::Array::New(env, batch.chunks.size());
  for (size_t i = 0; i < batch.chunks.size(); i++) {
    const Chunk& chunk = batch.chunks[i];
    Napi::Object item = Napi::Object::New(env);
    item.Set("cpu", chunk.cpu);
    item.Set("source", chunk.sideband ? "sideband" : "log");
    item.Set("bytes", Napi::Uint8Array::New(env, chunk.size, bytes, chunk.offset));
    chunks.Set(i, item);
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("readAtNs", Napi::BigInt::New(env, batch.read_at_ns));
  result.Set("request", Napi::Number::New(env, static_cast<double>(batch.request)));
  result.Set("chunks", chunks);
  Napi::Array wanted = Napi::Array::New(env, batch.wanted.size());
  for (size_t i = 0; i < batch.wanted.size(); i++) wanted.Set(i, batch.wanted[i]);
  result.Set("wanted", wanted);
  return result;
}

class DrainHandle : public Napi::ObjectWrap<DrainHandle> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Drain",
                       {InstanceMethod("addLog", &DrainHandle::add_log),
                        InstanceMethod("addSideband", &DrainHandle::add_sideband),
                        InstanceMethod("removeSideband", &DrainHandle::remove_sideband),
                        InstanceMethod("start", &DrainHandle::start),
                        InstanceMethod("request", &DrainHandle::request),
                        InstanceMethod("stop", &DrainHandle::stop)});
  }

  /// new Drain(logBytes, intervalMs, leisureMs, unwindMaps, onBatch)
  explicit DrainHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<DrainHandle>(info) {
    on_batch_ = Napi::ThreadSafeFunction::New(info.Env(), info[4].As<Napi::Function>(), "pilotlight drain", 0, 1);
    on_batch_.Unref(info.Env());  // the host decides how long the process lives
    const uint32_t log_bytes = info[0].As<Napi::Number>().Uint32Value();
    const uint32_t interval_ms = info[1].As<Napi::Number>().Uint32Value();
    const uint32_t leisure_ms = info[2].As<Napi::Number>().Uint32Value();
    const auto maps = UnwindMapsHandle::Unwrap(info[3].As<Napi::Object>())->maps();
    drain_ = std::make_unique<Drain>(log_bytes, interval_ms, leisure_ms, maps,
                                     [this](Batch* batch) { return deliver(batch); });
    // The thread must be gone before the environment is, however the process ends.
    napi_add_env_cleanup_hook(info.Env(), end_of_environment, this);
  }
  ~DrainHandle() override {
    napi_remove_env_cleanup_hook(Env(), end_of_environment, this);
    end();
  }

 private:
  bool deliver(Batch* batch) {
    if (!batch) return waiting_.load() < kMaxWaiting;
    auto* owned = new Batch(std::move(*batch));
    waiting_++;
    const napi_status status = on_batch_.NonBlockingCall(owned, [this](Napi::Env env, Napi::Function call, Batch* data) {
      std::unique_ptr<Batch> batch(data);
      waiting_--;
      if (env) from_thread(env, [&] { call.Call({to_js(env, *batch)}); });
    });
    if (status != napi_ok) delete owned;
    return status == napi_ok;
  }

  static void end_of_environment(void* self) { static_cast<DrainHandle*>(self)->end(); }

  void end() {
    if (!drain_) return;
    drain_->stop();
    drain_.reset();
    on_batch_.Abort();
  }

  Drain& drain(Napi::Env env) {
    if (!drain_) throw Napi::Error::New(env, "the drain has been stopped");
    return *drain_;
  }

  void add_log(const Napi::CallbackInfo& info) {
    guarded(info.Env(), [&] {
      drain(info.Env()).add_log(info[0].As<Napi::Number>().Int32Value(), info[1].As<Napi::Number>().Int32Value());
    });
  }
  void add_sideband(const Napi::CallbackInfo& info) {
    guarded(info.Env(), [&] {
      drain(info.Env()).add_sideband(info[0].As<Napi::Number>().Int32Value(), info[1].As<Napi::Number>().Int32Value());
    });
  }
  void remove_sideband(const Napi::CallbackInfo& info) {
    drain(info.Env()).remove_sideband(info[0].As<Napi::Number>().Int32Value());
  }
  void start(const Napi::CallbackInfo& info) { drain(info.Env()).start(); }
  Napi::Value request(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(drain(info.Env()).request()));
  }
  void stop(const Napi::CallbackInfo&) { end(); }

  Napi::ThreadSafeFunction on_batch_;
  std::atomic<int> waiting_{0};
  std::unique_ptr<Drain> drain_;
};

/// For a tick to end.
constexpr std::chrono::milliseconds MOST_WAIT(1000);

/// The map of struct pl_cpu, mapped.
class Counters : public Napi::ObjectWrap<Counters> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Counters",
                       {InstanceMethod("read", &Counters::read), InstanceMethod("setAccount", &Counters::set_account)});
  }

  /// new Counters(fd, possibleCpus)
  explicit Counters(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Counters>(info) {
    guarded(info.Env(), [&] {
      cpus_ = info[1].As<Napi::Number>().Uint32Value();
      map_ = Mapping(info[0].As<Napi::Number>().Int32Value(), cpus_ * sizeof(pl_cpu));
      if (!map_.data()) fail("mmap", "counters");
    });
  }

 private:
  pl_cpu* at(const Napi::CallbackInfo& info) {
    const uint32_t cpu = info[0].As<Napi::Number>().Uint32Value();
    if (cpu >= cpus_) throw Napi::RangeError::New(info.Env(), "no such CPU");
    return reinterpret_cast<pl_cpu*>(map_.data()) + cpu;
  }

  /// read(cpu): a copy taken while no tick was in progress on that CPU, as bytes of struct pl_cpu.
  Napi::Value read(const Napi::CallbackInfo& info) {
    const pl_cpu* cpu = at(info);
    Napi::Buffer<char> copy = Napi::Buffer<char>::New(info.Env(), sizeof *cpu);
    // A tick takes tens of microseconds, 99 times a second: the first try nearly always succeeds. Where a hypervisor has
    // taken the CPU away in the middle of one, it takes milliseconds.
    const auto begin = std::chrono::steady_clock::now();
    for (int tries = 1;; tries++) {
      if (tries % 1000 == 0) {
        if (std::chrono::steady_clock::now() - begin > MOST_WAIT) break;
        std::this_thread::sleep_for(std::chrono::microseconds(100));
      }
      // Both before the copy: a tick that ends while it is made may be in one half of it only.
      const uint64_t entries = __atomic_load_n(&cpu->entries, __ATOMIC_ACQUIRE);
      const uint64_t exits = __atomic_load_n(&cpu->exits, __ATOMIC_ACQUIRE);
      if (entries != exits) continue;
      memcpy(copy.Data(), cpu, sizeof *cpu);
      __atomic_thread_fence(__ATOMIC_ACQUIRE);
      if (entries == __atomic_load_n(&cpu->entries, __ATOMIC_ACQUIRE)) return copy;
    }
    throw Napi::Error::New(info.Env(), "the counters of a CPU never came to rest");
  }

  /// setAccount(cpu, expectedBase, enabledBaseNs, periodNs)
  void set_account(const Napi::CallbackInfo& info) {
    pl_cpu* cpu = at(info);
    cpu->expected_base = to_u64(info[1]);
    cpu->enabled_base_ns = to_u64(info[2]);
    cpu->period_ns = to_u64(info[3]);
  }

  Mapping map_;
  uint32_t cpus_ = 0;
};

}  // namespace

void export_drain(Napi::Env env, Napi::Object exports) {
  exports.Set("Drain", DrainHandle::define(env));
  exports.Set("Counters", Counters::define(env));
  exports.Set("sidebandMappedBytes", Napi::Number::New(env, static_cast<double>(SidebandReader::mapped_bytes())));
}

}  // namespace pilotlight
