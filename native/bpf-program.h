// Loads the BPF object, makes logs, opens perf events. Needs CAP_BPF and CAP_PERFMON; runs in the sampler only.
#pragma once
#include <cstdint>
#include <string>

namespace pilotlight {

struct ProgramOptions {
  std::string object_path;
  uint32_t log_bytes = 0;  // ring size, a power of two
  uint32_t possible_cpus = 0;
  uint32_t filters = 0;  // PL_FILTER_ bits
  uint32_t filter_pid = 0;
  uint64_t filter_cgroup = 0;
  std::string filter_comm;
  uint32_t cgroup_v1 = 0;  // enum pl_cgroup_v1
};

/// Descriptors of the loaded program and its maps; the caller owns them.
struct ProgramFds {
  int program;
  int cpus;
  int logs;
  int processes;
  int objects;
  int arena;
};

/// Throws SystemError (stage "bpf_open" or "bpf_load"; the detail ends with the verifier's last lines).
ProgramFds load_program(const ProgramOptions& options);

/// Bytes of a CPU's log map: header, ring, slack.
uint32_t log_value_bytes(uint32_t log_bytes);

/// Makes the log of a CPU and enters it in the map of logs (1-10 ms: the kernel waits for RCU). Gives its descriptor.
int create_log(int logs_fd, uint32_t cpu, uint32_t log_bytes);

/// Makes a shard of the arena (bpf/arena.h) and enters it in the map of shards. Gives its descriptor.
int create_shard(int arena_fd, uint32_t shard);

/// cpu-clock event of one CPU with the program attached, not yet enabled. `period_ns` is fixed, not a frequency.
int open_sample_event(int cpu, int program_fd, uint64_t period_ns);

/// Dummy event of one CPU that writes mmap2, comm, fork, exit, ksymbol and bpf records.
int open_sideband_event(int cpu);

void enable_event(int fd);
void set_event_period(int fd, uint64_t period_ns);

/// Total time the event has been enabled, ns.
uint64_t read_enabled_ns(int fd);

}  // namespace pilotlight
