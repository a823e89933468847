// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The sampler: runs at each tick of a CPU's cpu-clock perf event and appends one record to that CPU's log.
 * Every path out of sample() after `entries` is counted bumps exactly one of idle, recorded or a loss.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "kernel.h"
#include "wire.h"

/* Set before load; the verifier sees them as constants, so unused filters cost nothing. */
const volatile struct pl_config config SEC(".rodata.config");

#include "walk-kernel.h"

/* Indexed by CPU; max_entries is set to the number of possible CPUs before load. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pl_cpu);
} cpus SEC(".maps");

/*
 * CPU -> its log: header, ring, slack, in one mmapable value. An array of maps because a CPU's log is made when
 * it comes online: a flat array would take memory for every possible CPU. value_size is set before load.
 */
struct log_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct pl_log_header) + 4096 + PL_LOG_SLACK);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct log_map);
} logs SEC(".maps");

/* The mutation test compiles this file once per loss with its counter taken out and expects the account to break. */
#ifndef PL_MUTATE_LOSS
#define PL_MUTATE_LOSS -1
#endif
#define COUNT_LOSS(cpu, loss)                                                                      \
	do {                                                                                       \
		if ((loss) != PL_MUTATE_LOSS)                                                      \
			(cpu)->losses[loss]++;                                                     \
	} while (0)

static __always_inline __u64 cgroup_v1_id(struct task_struct *task)
{
	int subsys;

	if (config.cgroup_v1 == PL_CGROUP_V1_MEMORY)
		subsys = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	else if (config.cgroup_v1 == PL_CGROUP_V1_CPU)
		subsys = bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id);
	else if (config.cgroup_v1 == PL_CGROUP_V1_PIDS)
		subsys = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
	else
		return 0;
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	/* The field's offset is relocated; the element is chosen at run time. */
	struct cgroup_subsys_state **states = __builtin_preserve_access_index(&set->subsys[0]);
	struct cgroup_subsys_state *state = 0;

	bpf_probe_read_kernel(&state, sizeof(state), states + subsys);
	return BPF_CORE_READ(state, cgroup, kn, id);
}

static __always_inline bool rejected(const struct pl_sample *sample)
{
	if ((config.filters & PL_FILTER_PID) && sample->tgid != config.filter_pid)
		return true;
	if ((config.filters & PL_FILTER_CGROUP) && sample->cgroup_v2 != config.filter_cgroup &&
	    sample->cgroup_v1 != config.filter_cgroup)
		return true;
	if (config.filters & PL_FILTER_COMM) {
		for (int i = 0; i < PL_COMM_LEN; i++) {
			if (sample->comm[i] != config.filter_comm[i])
				return true;
			if (!sample->comm[i])
				break;
		}
	}
	return false;
}

static __always_inline __u64 hash_frames(__u64 hash, const __u64 *frames, __u32 count)
{
	for (__u32 i = 0; i < PL_MAX_KERNEL_FRAMES; i++) {
		if (i >= count)
			break;
		hash = mix(hash, frames[i]);
	}
	return hash;
}

/* bpf_get_stack straight into the log; gives the number of frames, 0 and the flag on an error. */
static __always_inline __u32 read_kernel_stack(void *ctx, struct pl_sample *record)
{
	long bytes = bpf_get_stack(ctx, record + 1, PL_MAX_KERNEL_FRAMES * 8, 0);

	if (bytes < 0) {
		record->flags |= PL_FLAG_KERNEL_ERROR;
		return 0;
	}
	__u32 frames = (__u32)bytes / 8;

	/* Says to the verifier what bpf_get_stack guarantees. */
	return frames > PL_MAX_KERNEL_FRAMES ? PL_MAX_KERNEL_FRAMES : frames;
}

/* Says which stack it is, and whether its body must be sent. */
static __always_inline void identify_stack(struct pl_log_header *log, struct pl_sample *record, struct pl_walk *walk)
{
	/* The same addresses in another process are another stack. */
	__u64 hash = mix(mix(record->start_ns, record->tgid), record->kernel_frames);

	hash = hash_frames(hash, (void *)(record + 1), record->kernel_frames);
	if (walk)
		hash = mix(mix(hash, walk->hash), (__u64)walk->frames << 32 | walk->end);
	record->stack_hash = hash;

	__u32 slot = hash & (PL_SENT_SLOTS - 1);
	__u64 sent = mix(log->generation, hash);

	record->slot = slot;
	if (log->sent[slot] != sent) {
		log->sent[slot] = sent;
		record->flags |= PL_FLAG_BODY;
	}
}

SEC("perf_event")
int sample(struct pl_context *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	__u32 cpu_number = bpf_get_smp_processor_id();
	struct pl_cpu *cpu = bpf_map_lookup_elem(&cpus, &cpu_number);

	if (!cpu)
		return 0; /* never: the array has every possible CPU */
	__sync_fetch_and_add(&cpu->entries, 1);

	__u64 pid_tgid = bpf_get_current_pid_tgid();

	if (!(__u32)pid_tgid) {
		/* The idle task is the only one with thread id 0. */
		cpu->idle++;
		cpu->idle_ns += bpf_ktime_get_ns() - now;
		goto out;
	}

	void *log_map = bpf_map_lookup_elem(&logs, &cpu_number);

	if (!log_map) {
		COUNT_LOSS(cpu, PL_LOSS_NO_LOG);
		goto out;
	}
	__u32 zero = 0;
	struct pl_log_header *log = bpf_map_lookup_elem(log_map, &zero);

	if (!log) {
		COUNT_LOSS(cpu, PL_LOSS_NO_LOG);
		goto out;
	}
	__u64 head = log->head, used = head - *(volatile __u64 *)&log->tail;

	/* Room for the largest record is asked for, so that nothing below can fail. */
	if (used + PL_MAX_RECORD > config.log_mask + 1ULL) {
		COUNT_LOSS(cpu, PL_LOSS_LOG_FULL);
		goto out;
	}
	__u32 offset = head & config.log_mask;
	struct pl_sample *record = (void *)(log + 1) + offset;
	struct task_struct *task = (void *)bpf_get_current_task();

	record->tgid = pid_tgid >> 32;
	record->cgroup_v2 = bpf_get_current_cgroup_id();
	record->cgroup_v1 = cgroup_v1_id(task);
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	if (rejected(record)) {
		COUNT_LOSS(cpu, PL_LOSS_FILTERED);
		goto out;
	}
	record->tid = (__u32)pid_tgid;
	record->uid = (__u32)bpf_get_current_uid_gid();
	record->time_ns = now;
	/* Not ctx->sample_period: for cpu-clock the kernel leaves that at its first value when the period is changed. */
	record->period_ns = cpu->period_ns;
	record->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	record->flags = 0;

	record->walk_end = PL_END_NONE;
	record->kernel_frames = record->user_frames = record->skipped_frames = 0;
	if (PL_IN_USER_MODE(&ctx->regs))
		record->flags |= PL_FLAG_USER_MODE; /* an empty kernel stack would cost 0.5-2.5 us to ask for */
	else
		record->kernel_frames = read_kernel_stack(ctx, record);

	struct pl_walk *walk = 0;
	__u32 size = sizeof(*record) + record->kernel_frames * 8;

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		record->flags |= PL_FLAG_KTHREAD;
	else
		walk = walk_user_stack(ctx, task, record);
	/* Copied stacks are large: they may fill half of the log only. */
	if (walk && must_wait(walk) && used + PL_MAX_RAW_RECORD <= (config.log_mask + 1ULL) / 2) {
		record->flags |= PL_FLAG_RAW | PL_FLAG_BODY;
		size += copy_raw(walk, (void *)record + size);
	} else {
		identify_stack(log, record, walk);
		if (!(record->flags & PL_FLAG_BODY))
			size = sizeof(*record);
		else if (walk)
			size += copy_frames(walk, record, (void *)record + size);
	}
	record->size = size;
	record->sequence = cpu->recorded;
	cpu->recorded++;
	record->busy_ns = bpf_ktime_get_ns() - now;
	cpu->busy_ns += record->busy_ns;
	/* Publishes the record: an atomic addition is a barrier on x86-64 (arm64 would need one that fetches, since 5.12). */
	__sync_fetch_and_add(&log->head, size);
out:
	__sync_fetch_and_add(&cpu->exits, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
