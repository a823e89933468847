#include "bpf-program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <cstdarg>
#include <memory>
#include <mutex>

#include "../bpf/arena.h"
#include "errors.h"
#include "unique-fd.h"

namespace pilotlight {
namespace {

// libbpf prints through a global callback; the last lines explain a refusal (verifier, missing BTF).
std::mutex log_mutex;
std::string log_tail;
constexpr size_t kLogTailBytes = 4096;

int keep_log(enum libbpf_print_level level, const char* format, va_list args) {
  if (level == LIBBPF_DEBUG) return 0;
  char line[2048];
  int length = vsnprintf(line, sizeof line, format, args);
  std::lock_guard<std::mutex> lock(log_mutex);
  log_tail.append(line, std::min<size_t>(std::max(length, 0), sizeof line - 1));
  if (log_tail.size() > kLogTailBytes) log_tail.erase(0, log_tail.size() - kLogTailBytes);
  return 0;
}

std::string take_log() {
  std::lock_guard<std::mutex> lock(log_mutex);
  return std::exchange(log_tail, "");
}

struct ObjectCloser {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
using Object = std::unique_ptr<bpf_object, ObjectCloser>;

bpf_map* find_map(const Object& object, const char* name) {
  bpf_map* map = bpf_object__find_map_by_name(object.get(), name);
  if (!map) throw SystemError("bpf_open", ENOENT, std::string("the object has no map ") + name);
  return map;
}

void set_constants(const Object& object, const ProgramOptions& options) {
  size_t size = 0;
  auto* config = static_cast<pl_config*>(
      const_cast<void*>(bpf_map__initial_value(find_map(object, ".rodata.config"), &size)));
  if (!config || size != sizeof(pl_config)) {
    throw SystemError("bpf_open", EINVAL, "the object was built from another wire.h");
  }
  config->log_mask = options.log_bytes - 1;
  config->filters = options.filters;
  config->filter_pid = options.filter_pid;
  config->filter_cgroup = options.filter_cgroup;
  config->cgroup_v1 = options.cgroup_v1;
  memset(config->filter_comm, 0, sizeof config->filter_comm);
  memcpy(config->filter_comm, options.filter_comm.data(),
         std::min<size_t>(options.filter_comm.size(), PL_COMM_LEN - 1));
}

void set_sizes(const Object& object, const ProgramOptions& options) {
  bpf_map* logs = find_map(object, "logs");
  bpf_map__set_max_entries(find_map(object, "cpus"), options.possible_cpus);
  bpf_map__set_max_entries(logs, options.possible_cpus);
  bpf_map__set_max_entries(find_map(object, "cached_rules"), options.possible_cpus);
  bpf_map__set_value_size(bpf_map__inner_map(logs), log_value_bytes(options.log_bytes));
}

/// Kernels before 5.11 charge maps to RLIMIT_MEMLOCK; newer ones ignore it.
void lift_memlock() {
  rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

int perf_event_open(perf_event_attr* attr, int cpu) {
  attr->size = sizeof *attr;
  return static_cast<int>(syscall(SYS_perf_event_open, attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

/// A mmapable array with one value, entered in a map of maps.
int create_value(int outer_fd, uint32_t index, const char* name, uint32_t value_bytes) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
  UniqueFd map(bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t), value_bytes, 1, &options));
  if (map.get() < 0) fail("bpf_map_create");
  int fd = map.get();
  if (bpf_map_update_elem(outer_fd, &index, &fd, BPF_ANY)) fail("bpf_map_update");
  return map.release();
}

}  // namespace

uint32_t log_value_bytes(uint32_t log_bytes) { return sizeof(pl_log_header) + log_bytes + PL_LOG_SLACK; }

ProgramFds load_program(const ProgramOptions& options) {
  lift_memlock();
  libbpf_set_print(keep_log);
  take_log();
  Object object(bpf_object__open_file(options.object_path.c_str(), nullptr));
  if (!object) fail("bpf_open", options.object_path + "\n" + take_log());
  set_constants(object, options);
  set_sizes(object, options);
  int error = bpf_object__load(object.get());
  if (error) throw SystemError("bpf_load", -error, take_log());
  bpf_program* program = bpf_object__find_program_by_name(object.get(), "sample");
  if (!program) throw SystemError("bpf_open", ENOENT, "the object has no program `sample`");
  // The object closes its descriptors; the copies keep program and maps alive.
  auto copy = [](int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 3); };
  auto map = [&](const char* name) { return copy(bpf_map__fd(find_map(object, name))); };
  return {copy(bpf_program__fd(program)), map("cpus"), map("logs"), map("processes"), map("objects"), map("arena")};
}

int create_log(int logs_fd, uint32_t cpu, uint32_t log_bytes) {
  return create_value(logs_fd, cpu, "pilotlight_log", log_value_bytes(log_bytes));
}

int create_shard(int arena_fd, uint32_t shard) {
  return create_value(arena_fd, shard, "pilotlight_arena", PL_SHARD_WORDS * 4);
}

int open_sample_event(int cpu, int program_fd, uint64_t period_ns) {
  perf_event_attr attr = {};
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_CPU_CLOCK;
  // A fixed period rather than a frequency: expected ticks are then exactly enabled time / period.
  attr.sample_period = period_ns;
  attr.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED;
  attr.disabled = 1;
  UniqueFd event(perf_event_open(&attr, cpu));
  if (event.get() < 0) fail("perf_event_open", "cpu-clock on CPU " + std::to_string(cpu));
  if (ioctl(event.get(), PERF_EVENT_IOC_SET_BPF, program_fd)) fail("perf_event_attach");
  return event.release();
}

int open_sideband_event(int cpu) {
  perf_event_attr attr = {};
  attr.type = PERF_TYPE_SOFTWARE;
  attr.config = PERF_COUNT_SW_DUMMY;
  attr.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU;
  attr.sample_id_all = 1;
  attr.mmap = 1;  // executable mappings only; mmap_data would add the others
  attr.mmap2 = 1;
  // No build ids (attr.build_id): the kernel leaves the flag that says so (PERF_RECORD_MISC_MMAP_BUILD_ID) set in the
  // copies of a record that other events get after ours (perf_event_mmap_output, 5.12 to 6.18 at least), and a `perf
  // record` beside us would take device and inode for a build id.
  attr.comm = 1;
  attr.comm_exec = 1;
  attr.task = 1;
  attr.ksymbol = 1;
  attr.bpf_event = 1;  // the ids of programs whose symbols come before it
  attr.use_clockid = 1;
  attr.clockid = CLOCK_MONOTONIC;  // the samples' clock
  // Nobody waits on the descriptor: a mark that is never reached saves the wake-ups.
  attr.watermark = 1;
  attr.wakeup_watermark = 0x7fffffff;
  const int fd = perf_event_open(&attr, cpu);
  if (fd < 0) fail("perf_event_open", "side band on CPU " + std::to_string(cpu));
  return fd;
}

void enable_event(int fd) {
  if (ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)) fail("perf_event_enable");
}

void set_event_period(int fd, uint64_t period_ns) {
  if (ioctl(fd, PERF_EVENT_IOC_PERIOD, &period_ns)) fail("perf_event_period");
}

uint64_t read_enabled_ns(int fd) {
  uint64_t values[2];  // count, time enabled
  if (read(fd, values, sizeof values) != sizeof values) fail("perf_event_read");
  return values[1];
}

}  // namespace pilotlight
