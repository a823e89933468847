/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The only definition of what crosses between the BPF program, the addon and TypeScript.
 * Includes nothing. native/print-wire.c prints src/collector/wire.gen.ts from it (`npm run generate`).
 */
#ifndef PILOTLIGHT_WIRE_H
#define PILOTLIGHT_WIRE_H

typedef unsigned char pl_u8;
typedef unsigned short pl_u16;
typedef unsigned int pl_u32;
typedef unsigned long long pl_u64;

/* Frames per kernel stack that bpf_get_stack can give: kernel.perf_event_max_stack is 127 unless raised. */
#define PL_MAX_KERNEL_FRAMES 127
/* Steps of a user stack's walk. Of a deeper stack than both numbers of frames the middle is left out. */
#define PL_MAX_STEPS 1024
#define PL_LEAF_FRAMES 384
#define PL_ROOT_FRAMES 128
#define PL_MAX_USER_FRAMES (PL_LEAF_FRAMES + PL_ROOT_FRAMES)
/* Registers of an interrupted program, by their DWARF numbers (registers.h). */
#define PL_REGISTERS 33
/* Bytes of the stack that a record takes along when its walk must wait; whole pages but for the first. */
#define PL_RAW_STACK_BYTES 16384
/* A user frame's address has these bits beside it: */
#define PL_FRAME_BY_POINTER (1ULL << 63) /* found by frame pointer, without an unwind table */
#define PL_FRAME_EXACT (1ULL << 62)      /* not a return address: where a signal interrupted */
/* Thread names are TASK_COMM_LEN bytes with their NUL. */
#define PL_COMM_LEN 16

/*
 * Every way a tick can end other than idle or recorded, in the order of `struct pl_cpu.losses`.
 * The API, the page and the tests use these names.
 */
#define PL_LOSSES(X)                                                                               \
	X(FILTERED, filtered) /* a filter on pid, cgroup or comm rejected it */                    \
	X(LOG_FULL, logFull)  /* the reader was slower than the log is large */                    \
	X(NO_LOG, noLog)      /* this CPU has no log (came online a moment ago) */

/*
 * How the walk of a user stack ended, in the order of `pl_sample.walk_end`. Kept per sample: the names of the API;
 * append only.
 */
#define PL_WALK_ENDS(X)                                                                            \
	X(NONE, noUserStack)         /* a kernel thread, or a task without user memory */          \
	X(ROOT, root)                /* the outermost frame: nothing calls it */                   \
	X(NO_TABLE, noTable)         /* an object whose unwind table is not ready yet */           \
	X(NO_RULE, noRule)           /* no unwind information for the address, no frame pointer */ \
	X(UNSUPPORTED, unsupported)  /* a rule that the tables cannot express */                   \
	X(BAD_READ, badRead)         /* the stack could not be read there */                       \
	X(BAD_FRAME, badFrame)       /* a frame that ends below where it begins */                 \
	X(JIT, jit)                  /* code made at run time that keeps no frame pointer */       \
	X(NO_MAPPING, noMapping)     /* an address in no known executable mapping */               \
	X(NO_PROCESS, noProcess)     /* a process that nothing is known of */                      \
	X(TOO_DEEP, tooDeep)         /* PL_MAX_STEPS frames and more */                            \
	X(EXITING, exiting)          /* within exec or exit: the registers are no longer true */   \
	X(OTHER_ABI, otherAbi)       /* a 32-bit program */                                        \
	X(COPY_ENDED, copyEnded)     /* the copy of the stack did not reach further */

enum pl_walk_end {
#define X(upper, lower) PL_END_##upper,
	PL_WALK_ENDS(X)
#undef X
	PL_END_COUNT
};

enum pl_loss {
#define X(upper, lower) PL_LOSS_##upper,
	PL_LOSSES(X)
#undef X
	PL_LOSS_COUNT
};
#define PL_LOSS_SLOTS 16

/* One per possible CPU, in one mmapable array. The BPF program writes the first part, user space the second. */
struct pl_cpu {
	/* Ticks that entered the program, and ticks that left it: equal when no tick is in progress. */
	pl_u64 entries;
	pl_u64 exits;
	pl_u64 idle;
	/* Records in the log, which is also the sequence number of the next one. */
	pl_u64 recorded;
	/* ns from entry to exit, summed over recorded and over idle ticks. */
	pl_u64 busy_ns;
	pl_u64 idle_ns;
	pl_u64 losses[PL_LOSS_SLOTS];
	/* Written by user space at each change of the period: ticks expected before it, enabled time then, period since. */
	pl_u64 expected_base;
	pl_u64 enabled_base_ns;
	pl_u64 period_ns;
	pl_u64 reserved[7];
};

/*
 * Stacks sent lately, per CPU: a direct-mapped cache of their hashes. The reader keeps a mirror of the same
 * size, so a record without a body always finds its stack there. 512: more raises the reader's memory
 * (128 CPUs x 512 x ~300 B = 20 MB) for few hits more.
 */
#define PL_SENT_SLOTS 512

/* Head of a CPU's log. `head` and `tail` count bytes since the start; the ring's size is a power of two. */
struct pl_log_header {
	pl_u64 head; /* written by BPF */
	pl_u64 pad0[7];
	pl_u64 tail; /* written by the reader */
	/* The reader raises it when it starts with an empty mirror: every hash sent before counts as unsent. */
	pl_u64 generation;
	pl_u64 pad1[6];
	pl_u64 sent[PL_SENT_SLOTS];
};

enum pl_record_flags {
	PL_FLAG_BODY = 1,         /* the frames follow the record */
	PL_FLAG_USER_MODE = 2,    /* the tick interrupted user code */
	PL_FLAG_KTHREAD = 4,      /* the task has no user memory */
	PL_FLAG_KERNEL_ERROR = 8, /* the kernel stack could not be read */
	PL_FLAG_BY_POINTER = 16,  /* some step of the walk went by frame pointer */
	/* struct pl_raw follows the kernel's frames: the walk is the drain's to do. Never read by others. */
	PL_FLAG_RAW = 32,
	/* The body is not in the cache of sent stacks. */
	PL_FLAG_UNCACHED = 64,
	/* The walk waits for a table, or for what /proc says: `stack_hash` is the number under which native/ keeps it. */
	PL_FLAG_PENDING = 128,
};

/* One tick that found a task running. Followed, with PL_FLAG_BODY, by kernel then user addresses, leaf first. */
struct pl_sample {
	pl_u32 size; /* bytes with the body, a multiple of 8 */
	pl_u16 flags;
	pl_u16 slot; /* of the sent-stacks cache */
	pl_u64 sequence;
	pl_u64 time_ns; /* CLOCK_MONOTONIC */
	pl_u64 period_ns;
	/* Start of the process since boot (suspend included), ns: with tgid the identity of the process. */
	pl_u64 start_ns;
	pl_u64 cgroup_v2;
	pl_u64 cgroup_v1; /* 0 where no v1 controller is mounted */
	pl_u64 stack_hash;
	pl_u32 tgid;
	pl_u32 tid;
	pl_u32 uid;
	pl_u16 kernel_frames;
	pl_u16 user_frames;
	pl_u8 comm[PL_COMM_LEN]; /* the thread's name */
	pl_u32 busy_ns;          /* from entry to the record's end */
	pl_u16 skipped_frames;   /* between the leaf and the root frames */
	pl_u8 walk_end;          /* enum pl_walk_end */
	pl_u8 reserved;
};

/* What a walk needs: registers and the stack from `stack_at` on, `stack_bytes` of it. */
struct pl_raw {
	pl_u64 registers[PL_REGISTERS];
	pl_u64 stack_at;
	pl_u32 stack_bytes;
	pl_u32 in_kernel; /* the program was in the kernel: its address may be behind a call of it */
};

/* No record straddles the ring's end: it may run into the slack behind it. */
#define PL_MAX_RECORD (sizeof(struct pl_sample) + (PL_MAX_KERNEL_FRAMES + PL_MAX_USER_FRAMES) * 8)
#define PL_MAX_RAW_RECORD                                                                          \
	(sizeof(struct pl_sample) + PL_MAX_KERNEL_FRAMES * 8 + sizeof(struct pl_raw) + PL_RAW_STACK_BYTES)
/* The smallest ring that a record surely fits into. */
#define PL_MIN_LOG 8192
#define PL_LOG_SLACK 20480

enum pl_filter {
	PL_FILTER_PID = 1,
	PL_FILTER_CGROUP = 2,
	PL_FILTER_COMM = 4,
};

/* v1 hierarchies whose id can tell containers apart, by their number in pl_config.cgroup_v1. */
enum pl_cgroup_v1 {
	PL_CGROUP_V1_NONE = 0,
	PL_CGROUP_V1_MEMORY = 1,
	PL_CGROUP_V1_CPU = 2,
	PL_CGROUP_V1_PIDS = 3,
};

/* Load-time constants of the BPF program (.rodata.config). */
struct pl_config {
	pl_u32 log_mask; /* ring size - 1 */
	pl_u32 filters;  /* PL_FILTER_ bits that must all match */
	pl_u32 filter_pid;
	pl_u32 cgroup_v1;
	pl_u64 filter_cgroup; /* v2 or v1 id */
	pl_u8 filter_comm[PL_COMM_LEN];
};

#ifdef __cplusplus
#define PL_ASSERT static_assert
#else
#define PL_ASSERT _Static_assert
#endif
PL_ASSERT(sizeof(struct pl_cpu) == 256, "pl_cpu is 256 bytes");
PL_ASSERT(sizeof(struct pl_sample) == 104, "pl_sample is 104 bytes");
PL_ASSERT(sizeof(struct pl_log_header) % 64 == 0, "log data starts on a cache line");
PL_ASSERT(sizeof(struct pl_config) == 40, "pl_config is 40 bytes");
PL_ASSERT(PL_MAX_RECORD <= PL_MIN_LOG, "a record fits into the smallest ring");
PL_ASSERT(PL_MAX_RECORD <= PL_LOG_SLACK, "a record fits into the slack");
PL_ASSERT(PL_MAX_RAW_RECORD <= PL_LOG_SLACK, "a record fits into the slack");
PL_ASSERT((PL_SENT_SLOTS & (PL_SENT_SLOTS - 1)) == 0, "slots are a power of two");
PL_ASSERT(PL_LOSS_COUNT <= PL_LOSS_SLOTS, "room for every loss");

#endif
