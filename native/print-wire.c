// Prints src/collector/wire.gen.ts from bpf/wire.h (`npm run generate`).
#include <stddef.h>
#include <stdio.h>

#include "../bpf/wire.h"

#define FIELD(type, field) printf("  " #field ": %zu,\n", offsetof(struct type, field))

int main(void)
{
	printf("// Generated from bpf/wire.h by `npm run generate`. Do not edit.\n\n");
	printf("/** Names of the losses that the BPF program counts, in the order of `pl_cpu.losses`. */\n");
	printf("export const KERNEL_LOSSES = [");
#define X(upper, lower) printf("'" #lower "', ");
	PL_LOSSES(X)
#undef X
	printf("] as const;\n\n");

	printf("/** Offsets in bytes of `struct pl_cpu`. */\nexport const CPU_COUNTERS = {\n");
	FIELD(pl_cpu, entries);
	FIELD(pl_cpu, exits);
	FIELD(pl_cpu, idle);
	FIELD(pl_cpu, recorded);
	FIELD(pl_cpu, busy_ns);
	FIELD(pl_cpu, idle_ns);
	FIELD(pl_cpu, losses);
	FIELD(pl_cpu, expected_base);
	FIELD(pl_cpu, enabled_base_ns);
	FIELD(pl_cpu, period_ns);
	printf("  bytes: %zu,\n} as const;\n\n", sizeof(struct pl_cpu));

	printf("/** Offsets in bytes of `struct pl_sample`; `bytes` is its size without the frames. */\n");
	printf("export const SAMPLE = {\n");
	FIELD(pl_sample, size);
	FIELD(pl_sample, flags);
	FIELD(pl_sample, slot);
	FIELD(pl_sample, sequence);
	FIELD(pl_sample, time_ns);
	FIELD(pl_sample, period_ns);
	FIELD(pl_sample, start_ns);
	FIELD(pl_sample, cgroup_v2);
	FIELD(pl_sample, cgroup_v1);
	FIELD(pl_sample, stack_hash);
	FIELD(pl_sample, tgid);
	FIELD(pl_sample, tid);
	FIELD(pl_sample, uid);
	FIELD(pl_sample, kernel_frames);
	FIELD(pl_sample, user_frames);
	FIELD(pl_sample, comm);
	FIELD(pl_sample, busy_ns);
	FIELD(pl_sample, skipped_frames);
	FIELD(pl_sample, walk_end);
	printf("  bytes: %zu,\n} as const;\n\n", sizeof(struct pl_sample));

	printf("export const SAMPLE_FLAGS = {\n  body: %d,\n  userMode: %d,\n  kthread: %d,\n", PL_FLAG_BODY,
	       PL_FLAG_USER_MODE, PL_FLAG_KTHREAD);
	printf("  kernelError: %d,\n  byPointer: %d,\n  uncached: %d,\n  pending: %d,\n} as const;\n\n",
	       PL_FLAG_KERNEL_ERROR, PL_FLAG_BY_POINTER, PL_FLAG_UNCACHED, PL_FLAG_PENDING);
	printf("/** Names of the ways in which the walk of a user stack ends, by `pl_sample.walk_end`. */\n");
	printf("export const WALK_ENDS = [");
#define X(upper, lower) printf("'" #lower "', ");
	PL_WALK_ENDS(X)
#undef X
	printf("] as const;\n\n");
	printf("/** Bits beside the address of a user frame. */\n");
	printf("export const FRAME_BY_POINTER = 0x%llxn;\nexport const FRAME_EXACT = 0x%llxn;\n\n", PL_FRAME_BY_POINTER,
	       PL_FRAME_EXACT);
	printf("export const FILTERS = { pid: %d, cgroup: %d, comm: %d } as const;\n", PL_FILTER_PID, PL_FILTER_CGROUP,
	       PL_FILTER_COMM);
	printf("export const CGROUP_V1 = { none: %d, memory: %d, cpu: %d, pids: %d } as const;\n", PL_CGROUP_V1_NONE,
	       PL_CGROUP_V1_MEMORY, PL_CGROUP_V1_CPU, PL_CGROUP_V1_PIDS);
	printf("export const MAX_KERNEL_FRAMES = %d;\nexport const LEAF_FRAMES = %d;\nexport const MAX_USER_FRAMES = %d;\n",
	       PL_MAX_KERNEL_FRAMES, PL_LEAF_FRAMES, PL_MAX_USER_FRAMES);
	printf("export const COMM_BYTES = %d;\nexport const SENT_SLOTS = %d;\n", PL_COMM_LEN, PL_SENT_SLOTS);
	printf("export const MAX_RECORD_BYTES = %zu;\n", PL_MAX_RECORD);
	return 0;
}
