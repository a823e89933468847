/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the walker knows of processes, their mappings and their objects: mmapped arrays that native/unwind-maps.cc
 * writes while BPF programs read them. Every index that is read from them is bounded before it is used, so wrong
 * or torn content makes a wrong stack, never a wrong access.
 */
#ifndef PILOTLIGHT_ARENA_H
#define PILOTLIGHT_ARENA_H

#include "unwind.h"

/*
 * Mappings, rules, pages and rows live in one arena of words, made of shards of 2 MiB that are added as they are
 * needed: up to 128 MiB. (The value of a map may have no more than 4 MiB before kernel 6.2, KMALLOC_MAX_SIZE.)
 */
#define PL_SHARD_WORDS (1U << 19)
#define PL_MAX_SHARDS 64

/* tgid -> mappings: open addressing with linear probing. */
#define PL_PROCESS_SLOTS 32768
#define PL_PROCESS_PROBES 16

struct pl_process {
	pl_u32 tgid; /* 0: free */
	pl_u32 reserved;
	pl_u64 mappings; /* PL_MAPPINGS: one word, so that it is written and read at once */
};

/*
 * Where a program's mappings lie, how many they are, and their edition: another one after every change, the same in
 * processes that share them. 25 bits of it, 22 of the place (in units of a mapping), 17 of the number.
 */
#define PL_MAPPINGS(edition, word, count) \
	((pl_u64)(edition) << 39 | (pl_u64)((word) / PL_MAPPING_WORDS) << 17 | (count))
#define PL_MAX_EDITION ((1U << 25) - 1) /* then 1 again; 0: rules are not cached */
#define PL_MAPPINGS_EDITION(mappings) ((pl_u32)((mappings) >> 39))
#define PL_MAPPINGS_WORD(mappings) ((pl_u32)((mappings) >> 17 & 0x3fffff) * PL_MAPPING_WORDS)
#define PL_MAPPINGS_COUNT(mappings) ((pl_u32)((mappings) & 0x1ffff))

struct pl_process_table {
	struct pl_process slots[PL_PROCESS_SLOTS];
	pl_u32 last_edition; /* given to mappings; goes on where an earlier writer of this table stopped */
	pl_u32 reserved;
};

/* Slot at which the search for a process begins. */
#define PL_PROCESS_HASH(tgid) (((tgid)*0x9e3779b1U) >> 17)

/* One executable mapping, 8 words; those of a process are sorted and do not overlap. */
struct pl_mapping {
	pl_u64 start;
	pl_u64 end;
	pl_u64 bias; /* file offset = address + bias, modulo 2^64 */
	pl_u32 object;
	pl_u32 reserved;
};
#define PL_MAPPING_WORDS 8
/* vm.max_map_count is 65,530 unless raised. */
#define PL_MAX_MAPPINGS (PL_SHARD_WORDS / PL_MAPPING_WORDS)

enum pl_object_state {
	PL_OBJECT_WAITING = 0, /* its table has not been compiled or loaded yet, or was evicted */
	PL_OBJECT_LOADED = 1,
	PL_OBJECT_ANONYMOUS = 2, /* code made at run time: frame pointers */
	PL_OBJECT_NO_TABLE = 3,  /* has no unwind information at all: frame pointers */
};

#define PL_MAX_OBJECTS 16384
/* Object 0 stands for all anonymous code. */
#define PL_ANONYMOUS_OBJECT 0

struct pl_object {
	pl_u32 state;
	pl_u32 rules; /* word of the arena */
	pl_u32 rule_count;
	pl_u32 pages; /* word of the arena */
	pl_u32 first_page;
	pl_u32 page_count;
	/* Written by BPF: seconds of CLOCK_MONOTONIC when a walk last came through. */
	pl_u32 used_at_s;
	pl_u32 reserved;
};

/*
 * Rules found lately, one table per CPU. A walk at 99 Hz finds the caches of the CPU cold: a rule that is here costs one
 * cache line, the searches that lead to it some eight.
 */
#define PL_CACHED_RULES 1024

struct pl_cached_rule {
	pl_u64 key; /* PL_RULE_KEY; 0: free */
	pl_u32 edition;
	struct pl_rule rule;
};
#define PL_RULE_KEY(object, address) ((pl_u64)(object) << 48 | (address))
#define PL_RULE_KEY_OBJECT(key) ((pl_u32)((key) >> 48))
#define PL_RULE_KEY_ADDRESS(key) ((key) & 0xffffffffffffULL)
#define PL_RULE_SLOT(edition, address) \
	((pl_u32)((((address) ^ (pl_u64)(edition) << 40) * 0x9e3779b97f4a7c15ULL) >> 54))

struct pl_rule_cache {
	struct pl_cached_rule rules[PL_CACHED_RULES];
};

PL_ASSERT(sizeof(struct pl_cached_rule) == 32, "two to a cache line");
PL_ASSERT(PL_CACHED_RULES == 1 << (64 - 54), "the hash has as many bits as there are cached rules");
PL_ASSERT(PL_MAX_OBJECTS <= 1 << 16, "an object's number fits above an address");
PL_ASSERT(PL_MAX_SHARDS * PL_SHARD_WORDS / PL_MAPPING_WORDS <= 1 << 22, "a place fits PL_MAPPINGS");
PL_ASSERT(PL_MAX_MAPPINGS < 1 << 17, "a number of mappings fits PL_MAPPINGS");
PL_ASSERT(sizeof(struct pl_process) == 16, "pl_process is 16 bytes");
PL_ASSERT(sizeof(struct pl_mapping) == PL_MAPPING_WORDS * 4, "pl_mapping is 8 words");
PL_ASSERT(sizeof(struct pl_object) == 32, "pl_object is 32 bytes");
PL_ASSERT(PL_PROCESS_SLOTS == 1 << (32 - 17), "the hash has as many bits as there are slots");

#endif
