/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The walker in the kernel: its maps, its way to a program's registers and memory, and what is written to the log. */
#ifndef PILOTLIGHT_WALK_KERNEL_H
#define PILOTLIGHT_WALK_KERNEL_H

#include "walk.h"

/* What a perf event's program is given (struct bpf_perf_event_data of either architecture). */
struct pl_context {
	struct pl_saved_registers regs;
	__u64 sample_period;
	__u64 addr;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pl_process_table);
} processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PL_MAX_OBJECTS);
	__type(key, __u32);
	__type(value, struct pl_object);
} objects SEC(".maps");

struct shard_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, PL_SHARD_WORDS * 4);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, PL_MAX_SHARDS);
	__type(key, __u32);
	__array(values, struct shard_map);
} arena SEC(".maps");

/* By CPU; max_entries is set before load. Mmapable only because its values begin on a page then, and so rules do not
 * straddle cache lines. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pl_rule_cache);
} cached_rules SEC(".maps");

/* The walk in progress: too large for the program's stack of 512 bytes. Ticks of one CPU do not nest. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pl_walk);
} walks SEC(".maps");

static __always_inline const pl_u32 *walk_shard(struct pl_walk *walk, pl_u32 shard)
{
	__u32 zero = 0;
	void *map = bpf_map_lookup_elem(&arena, &shard);

	return map ? bpf_map_lookup_elem(map, &zero) : 0;
}

static __always_inline struct pl_object *walk_object(struct pl_walk *walk, pl_u32 index)
{
	return bpf_map_lookup_elem(&objects, &index);
}

static __always_inline struct pl_cached_rule *walk_cached(struct pl_walk *walk, pl_u32 slot)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct pl_rule_cache *cache = bpf_map_lookup_elem(&cached_rules, &cpu);

	return cache ? &cache->rules[slot & (PL_CACHED_RULES - 1)] : 0;
}

static __always_inline long walk_read(struct pl_walk *walk, void *to, pl_u32 bytes, pl_u64 from)
{
	return bpf_probe_read_user(to, bytes, (const void *)from);
}

/* The read fails as a whole where the page behind is not there. */
static __always_inline pl_u32 walk_read_chunk(struct pl_walk *walk, void *to, pl_u64 from)
{
	pl_u32 bytes = 4096 - (from & 4095);

	if (!bpf_probe_read_user(to, PL_CHUNK_BYTES, (const void *)from))
		return PL_CHUNK_BYTES;
	if (bytes >= PL_CHUNK_BYTES)
		return 0;
	WALK_BARRIER(bytes);
	bytes &= PL_CHUNK_BYTES - 1;
	return bpf_probe_read_user(to, bytes, (const void *)from) ? 0 : bytes;
}

/* Not static: the verifier looks at a global function once, not once per call. Needs no bpf_loop (5.17) so. */
__noinline int walk_one_step(void)
{
	__u32 zero = 0;
	struct pl_walk *walk = bpf_map_lookup_elem(&walks, &zero);

	return walk ? walk_step(walk) : 1;
}

static __always_inline void run_walk(void)
{
	for (int i = 0; i < PL_MAX_STEPS; i++) {
		if (walk_one_step())
			break;
	}
}

/* 0 where nothing is known of the process. */
static __always_inline int find_process(struct pl_walk *walk, __u32 tgid)
{
	__u32 zero = 0, hash = PL_PROCESS_HASH(tgid);
	struct pl_process_table *table = bpf_map_lookup_elem(&processes, &zero);

	if (!table)
		return 0;
	for (__u32 i = 0; i < PL_PROCESS_PROBES; i++) {
		struct pl_process *process = &table->slots[(hash + i) & (PL_PROCESS_SLOTS - 1)];

		if (process->tgid == tgid) {
			__u64 mappings = *(volatile __u64 *)&process->mappings;

			walk->mappings = PL_MAPPINGS_WORD(mappings);
			walk->mapping_count = PL_MAPPINGS_COUNT(mappings);
			walk->edition = PL_MAPPINGS_EDITION(mappings);
			return 1;
		}
		if (!process->tgid)
			return 0;
	}
	return 0;
}

/* The registers with which the program entered the kernel. */
static __always_inline long read_saved_registers(struct task_struct *task, struct pl_saved_registers *to)
{
	const void *saved;

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		saved = (const void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	else
		saved = BPF_CORE_READ(task, stack) + THREAD_BYTES - sizeof(*to);
	return bpf_probe_read_kernel(to, sizeof(*to), saved);
}

/* Within exec the memory may be the new program's and the registers the old one's; within exit it goes away. */
static __always_inline bool is_changing(struct task_struct *task)
{
	return BPF_CORE_READ(task, flags) & PF_EXITING || BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
}

#ifdef PL_KERNEL_HELPER
/* The peer of bench/walk-cost: the kernel's own walk by frame pointer, in this program and for the same record. */
static __always_inline struct pl_walk *walk_user_stack(struct pl_context *ctx, struct task_struct *task,
							struct pl_sample *record)
{
	__u32 zero = 0;
	struct pl_walk *walk = bpf_map_lookup_elem(&walks, &zero);

	if (!walk)
		return 0;
	long bytes = bpf_get_stack(ctx, walk->addresses, PL_MAX_KERNEL_FRAMES * 8, BPF_F_USER_STACK);

	walk->frames = bytes > 0 ? (__u32)bytes / 8 : 0;
	walk->hash = 0;
	for (__u32 i = 0; i < PL_MAX_KERNEL_FRAMES && i < walk->frames; i++)
		walk->hash = mix(walk->hash, walk->addresses[i]);
	record->walk_end = walk->end = PL_END_ROOT;
	return walk;
}
#else
/* Walks the interrupted program's stack; null only where there is no memory to walk in. */
static __always_inline struct pl_walk *walk_user_stack(struct pl_context *ctx, struct task_struct *task,
							struct pl_sample *record)
{
	__u32 zero = 0;
	struct pl_walk *walk = bpf_map_lookup_elem(&walks, &zero);

	if (!walk)
		return 0;
	bool in_kernel = !PL_IN_USER_MODE(&ctx->regs), is_32_bit;

	if (in_kernel) {
		struct pl_saved_registers saved;

		if (is_changing(task)) {
			walk->hash = walk->frames = 0; /* else those of the walk before */
			walk->end = PL_END_EXITING;
			goto out;
		}
		if (read_saved_registers(task, &saved))
			return 0;
		PL_KEEP_REGISTERS(walk->registers, &saved);
		is_32_bit = PL_IS_32_BIT(&saved);
	} else {
		PL_KEEP_REGISTERS(walk->registers, &ctx->regs);
		is_32_bit = PL_IS_32_BIT(&ctx->regs);
	}
	walk_begin(walk, in_kernel);
	walk->now_s = record->time_ns / 1000000000;
	walk->mapping_count = walk->edition = 0;
	if (!walk->pc) /* a worker of the kernel that borrows a program's memory (io_uring) */
		walk->end = PL_END_NONE;
	else if (is_32_bit)
		walk->end = (emit(walk), PL_END_OTHER_ABI);
	else if (!find_process(walk, record->tgid))
		walk->end = (emit(walk), PL_END_NO_PROCESS);
	else
		run_walk();
out:
	record->walk_end = walk->end;
	if (walk->any_by_pointer && walk->frames)
		record->flags |= PL_FLAG_BY_POINTER;
	return walk;
}
#endif

/* What the side band has told, or a table, is not here yet: a moment later the drain can walk the stack from a copy. */
static __always_inline bool must_wait(const struct pl_walk *walk)
{
	return walk->end == PL_END_NO_PROCESS || walk->end == PL_END_NO_MAPPING || walk->end == PL_END_NO_TABLE;
}

/* Registers and the stack upwards from its pointer, page by page as far as it can be read. */
static __always_inline __u32 copy_raw(struct pl_walk *walk, void *to)
{
	struct pl_raw *raw = to;
	__u64 at = walk->registers[PL_REGISTER_SP] & ~7ULL;
	__u32 done = 0;

	bpf_probe_read_kernel(raw->registers, sizeof(raw->registers), walk->registers);
	raw->in_kernel = walk->in_kernel;
	raw->stack_at = at;
	for (int i = 0; i < PL_RAW_STACK_BYTES / 4096; i++) {
		__u32 bytes = 4096 - ((at + done) & 4095);

		if (done > PL_RAW_STACK_BYTES - 4096)
			break;
		if (bpf_probe_read_user((void *)(raw + 1) + done, bytes, (const void *)(at + done)))
			break;
		done += bytes;
	}
	raw->stack_bytes = done;
	return sizeof(*raw) + done;
}

/* The frames in their order: leaf frames, then the root frames, out of their ring. */
static __always_inline __u32 copy_frames(struct pl_walk *walk, struct pl_sample *record, void *to)
{
	__u32 frames = walk->frames, bytes;

	if (frames <= PL_MAX_USER_FRAMES) {
		bytes = frames * 8;
		bpf_probe_read_kernel(to, bytes, walk->addresses);
		record->user_frames = frames;
		return bytes;
	}
	/* The ring's oldest frame is where the next would be written. */
	__u32 oldest = (frames - PL_LEAF_FRAMES) & (PL_ROOT_FRAMES - 1);

	record->user_frames = PL_MAX_USER_FRAMES;
	record->skipped_frames = frames - PL_MAX_USER_FRAMES;
	bpf_probe_read_kernel(to, PL_LEAF_FRAMES * 8, walk->addresses);
	to += PL_LEAF_FRAMES * 8;
	bpf_probe_read_kernel(to, (PL_ROOT_FRAMES - oldest) * 8, walk->addresses + PL_LEAF_FRAMES + oldest);
	to += (PL_ROOT_FRAMES - oldest) * 8;
	bpf_probe_read_kernel(to, oldest * 8, walk->addresses + PL_LEAF_FRAMES);
	return PL_MAX_USER_FRAMES * 8;
}

#endif
