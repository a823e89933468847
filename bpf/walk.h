/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The walk of a user stack, one frame a step. Compiled into the BPF program and, for stacks that were copied and for
 * tests, into the addon: whoever includes it defines the three functions that reach its memory.
 *
 * State of the walk is the frame's address, stack pointer and frame pointer. A rule of the unwind table gives the
 * canonical frame address (CFA), which is the caller's stack pointer; there lie the return address and, where it was
 * saved, the caller's frame pointer (DWARF 5, 6.4). Code without rules is stepped through by frame pointer.
 */
#ifndef PILOTLIGHT_WALK_H
#define PILOTLIGHT_WALK_H

#include "arena.h"
#include "registers.h"

/* The stack is read in pieces: reading costs the same for 8 bytes as for 1 KiB. */
#define PL_CHUNK_BYTES 1024

struct pl_walk {
	pl_u64 pc, sp, fp;
	pl_u64 hash;
	/* The mapping found last. */
	pl_u64 map_start, map_end, map_bias;
	pl_u32 map_object;
	pl_u32 object; /* of the last frame that was in a mapping */
	pl_u32 end;    /* enum pl_walk_end */
	pl_u32 frames; /* found so far, skipped ones included */
	/* Of this frame: */
	pl_u8 exact;      /* `pc` is no return address */
	pl_u8 by_pointer; /* it was found by frame pointer */
	pl_u8 innermost;  /* all registers are known */
	pl_u8 in_kernel;
	pl_u8 any_by_pointer;
	pl_u8 pad[3];
	pl_u32 mappings; /* word of the arena */
	pl_u32 mapping_count;
	pl_u32 edition;
	pl_u32 now_s;
	pl_u32 chunk_bytes;
	pl_u64 chunk_at;
	pl_u64 registers[PL_REGISTERS];
	pl_u64 chunk[PL_CHUNK_BYTES / 8];
	pl_u64 addresses[PL_MAX_USER_FRAMES]; /* PL_FRAME_ bits included; the root frames as a ring */
#ifndef __bpf__
	const struct pl_walk_memory *memory;
#endif
};

#ifdef __bpf__
#define WALK_BARRIER(value) asm volatile("" : "+r"(value))
#define WALK_INLINE static __always_inline
#else
#define WALK_BARRIER(value)
#define WALK_INLINE static inline
#endif

/* To be given by whoever includes this: */

/* A shard of the arena, PL_SHARD_WORDS words, or null. */
WALK_INLINE const pl_u32 *walk_shard(struct pl_walk *walk, pl_u32 shard);
/* Or null. */
WALK_INLINE struct pl_object *walk_object(struct pl_walk *walk, pl_u32 index);
/* A place of the rule cache, or null where there is none. */
WALK_INLINE struct pl_cached_rule *walk_cached(struct pl_walk *walk, pl_u32 slot);
/* Copies from the program's memory; not 0 where it could not. */
WALK_INLINE long walk_read(struct pl_walk *walk, void *to, pl_u32 bytes, pl_u64 from);
/* Copies up to PL_CHUNK_BYTES of it, at least to the end of the page; gives how many. */
WALK_INLINE pl_u32 walk_read_chunk(struct pl_walk *walk, void *to, pl_u64 from);

/* 1 where a <= b, without a branch: the verifier would follow both ways of each. Both below 2^63. */
WALK_INLINE pl_u64 at_most(pl_u64 a, pl_u64 b)
{
	pl_u64 difference = a - b - 1;

	WALK_BARRIER(difference);
	return difference >> 63;
}

/* Hash of one more word: one multiply and one shift (wyhash's constants). */
WALK_INLINE pl_u64 mix(pl_u64 hash, pl_u64 word)
{
	hash = (hash ^ word) * 0xa0761d6478bd642fULL;
	return hash ^ (hash >> 29);
}

WALK_INLINE void emit(struct pl_walk *walk)
{
	pl_u64 word = walk->pc;
	pl_u32 at = walk->frames;

	if (walk->by_pointer)
		word |= PL_FRAME_BY_POINTER;
	if (walk->exact && at)
		word |= PL_FRAME_EXACT;
	if (at >= PL_LEAF_FRAMES)
		at = PL_LEAF_FRAMES + ((at - PL_LEAF_FRAMES) & (PL_ROOT_FRAMES - 1));
	WALK_BARRIER(at);
	walk->addresses[at & (PL_MAX_USER_FRAMES - 1)] = word;
	walk->hash = mix(walk->hash, word);
	walk->any_by_pointer |= walk->by_pointer;
	walk->frames++;
}

/* The last mapping that begins at or below `at`, by bisection; 0 where it ends before. */
WALK_INLINE int find_mapping(struct pl_walk *walk, pl_u64 at)
{
	if (at >= walk->map_start && at < walk->map_end)
		return 1;
	pl_u32 first = walk->mappings, left = walk->mapping_count;
	const pl_u32 *shard = walk_shard(walk, first / PL_SHARD_WORDS);

	if (!shard || !left || at >> 63)
		return 0;
	/* The mappings of a process lie in one shard. */
	for (int i = 0; i < 17 && left > 1; i++) {
		pl_u32 half = left / 2;
		pl_u32 middle = (first + half * PL_MAPPING_WORDS) & (PL_SHARD_WORDS - PL_MAPPING_WORDS);
		pl_u32 take = at_most(((const struct pl_mapping *)(shard + middle))->start, at);

		first += (half * PL_MAPPING_WORDS) & -take;
		left -= half;
	}
	const struct pl_mapping *mapping =
		(const struct pl_mapping *)(shard + (first & (PL_SHARD_WORDS - PL_MAPPING_WORDS)));

	if (at < mapping->start || at >= mapping->end)
		return 0;
	walk->map_start = mapping->start;
	walk->map_end = mapping->end;
	walk->map_bias = mapping->bias;
	walk->map_object = mapping->object;
	return 1;
}

/* Copies the rule that holds at `at`, or the one that says there is none. Never leaves *to unset. */
WALK_INLINE void find_rule(struct pl_walk *walk, const struct pl_object *object, pl_u64 at, struct pl_rule *to)
{
	pl_u64 offset = at + walk->map_bias;
	pl_u32 page = (pl_u32)(offset >> PL_PAGE_BITS) - object->first_page;

	to->cfa_kind = PL_CFA_NONE;
	if (offset >> (PL_PAGE_BITS + 32) || page >= object->page_count)
		return;
	pl_u32 word = object->pages + page * 2;
	const pl_u32 *shard = walk_shard(walk, word / PL_SHARD_WORDS);

	if (!shard)
		return;
	word &= PL_SHARD_WORDS - 2; /* pages begin at even words */
	pl_u32 first = shard[word], left = shard[word + 1];

	if (!left)
		return;
	shard = walk_shard(walk, first / PL_SHARD_WORDS);
	if (!shard)
		return;
	offset &= (1U << PL_PAGE_BITS) - 1;
	for (int i = 0; i < 17 && left > 1; i++) {
		pl_u32 half = left / 2;
		pl_u32 take = at_most(shard[(first + half) & (PL_SHARD_WORDS - 1)] >> 16, offset);

		first += half & -take;
		left -= half;
	}
	pl_u32 rule = shard[first & (PL_SHARD_WORDS - 1)] & 0xffff;

	if (rule >= object->rule_count)
		return;
	word = object->rules + rule * (sizeof(*to) / 4);
	shard = walk_shard(walk, word / PL_SHARD_WORDS);
	word &= PL_SHARD_WORDS - 1;
	/* Rules lie in one shard. */
	if (!shard || word > PL_SHARD_WORDS - sizeof(*to) / 4)
		return;
	*to = *(const struct pl_rule *)(shard + word);
}

WALK_INLINE int read_word(struct pl_walk *walk, pl_u64 at, pl_u64 *to)
{
	if (at & 7) /* hand-written code only */
		return !walk_read(walk, to, sizeof(*to), at);
	if (at < walk->chunk_at || at - walk->chunk_at + 8 > walk->chunk_bytes) {
		walk->chunk_at = at;
		walk->chunk_bytes = walk_read_chunk(walk, walk->chunk, at);
		if (walk->chunk_bytes < 8)
			return 0;
	}
	pl_u64 index = (at - walk->chunk_at) / 8;

	WALK_BARRIER(index);
	*to = walk->chunk[index & (PL_CHUNK_BYTES / 8 - 1)];
	return 1;
}

WALK_INLINE int stop(struct pl_walk *walk, pl_u32 end)
{
	walk->end = end;
	return 1;
}

/* The caller is at `ra`, called from a frame that ends at `cfa`. */
WALK_INLINE int go_on(struct pl_walk *walk, pl_u64 ra, pl_u64 cfa, pl_u64 fp, int by_pointer, int exact)
{
	if (!ra)
		return stop(walk, PL_END_ROOT);
	walk->pc = PL_CODE_ADDRESS(ra);
	walk->sp = cfa;
	walk->fp = fp;
	walk->by_pointer = by_pointer;
	walk->exact = exact;
	walk->innermost = 0;
	return 0;
}

/* No rule: a frame pointer leads on where it points upwards into the stack and to code (which the next step checks). */
WALK_INLINE int step_by_pointer(struct pl_walk *walk, pl_u32 otherwise)
{
	pl_u64 fp = walk->fp, saved, ra;

	if (!fp)
		return stop(walk, PL_END_ROOT); /* the ABI's mark of the outermost frame */
	if (fp < walk->sp || (fp & 7))
		return stop(walk, otherwise);
	if (!read_word(walk, fp, &saved) || !read_word(walk, fp + 8, &ra))
		return stop(walk, PL_END_BAD_READ);
	return go_on(walk, ra, fp + 16, saved, 1, 0);
}

WALK_INLINE int step_out_of_signal(struct pl_walk *walk, const struct pl_rule *rule)
{
	pl_u64 sp, fp, ra;

	if (!read_word(walk, walk->sp + rule->fp_offset, &fp) || !read_word(walk, walk->sp + rule->cfa_offset, &sp) ||
	    !read_word(walk, walk->sp + rule->ra_offset, &ra))
		return stop(walk, PL_END_BAD_READ);
	/* The handler may have run on a stack of its own: this is the one step that may lead downwards. */
	return go_on(walk, ra, sp, fp, 0, 1);
}

WALK_INLINE int known_register(const struct pl_walk *walk, pl_u32 number, pl_u64 *to)
{
	if (!walk->innermost || number >= PL_REGISTERS)
		return 0;
	WALK_BARRIER(number);
	*to = walk->registers[number < PL_REGISTERS ? number : 0];
	return 1;
}

WALK_INLINE int find_cfa(struct pl_walk *walk, const struct pl_rule *rule, pl_u64 *cfa)
{
	pl_u8 kind = rule->cfa_kind;
	pl_u64 base = kind == PL_CFA_FP || kind == PL_CFA_DEREF_FP || kind == PL_CFA_SWITCH ? walk->fp : walk->sp;

	if (kind == PL_CFA_REGISTER && !known_register(walk, rule->cfa_register, &base))
		return !stop(walk, PL_END_UNSUPPORTED);
	base += rule->cfa_offset;
	if (kind == PL_CFA_PLT && (walk->pc & 15) >= (pl_u32)rule->cfa_add)
		base += 8;
	if (kind == PL_CFA_DEREF_SP || kind == PL_CFA_DEREF_FP) {
		if (!read_word(walk, base, &base))
			return !stop(walk, PL_END_BAD_READ);
		base += rule->cfa_add;
	}
	*cfa = base;
	return 1;
}

WALK_INLINE int find_caller_fp(struct pl_walk *walk, const struct pl_rule *rule, pl_u64 cfa, pl_u64 *fp)
{
	pl_u64 base = cfa;

	*fp = walk->fp;
	if (rule->fp_kind == PL_FP_SAME)
		return 1;
	if (rule->fp_kind == PL_FP_AT_FP)
		base = walk->fp;
	else if (rule->fp_kind == PL_FP_AT_SP)
		base = walk->sp;
	base += rule->fp_offset;
	if (read_word(walk, base, fp))
		return 1;
	/* Below the stack pointer: it has been popped already, the register holds it. A copy does not reach there. */
	*fp = walk->fp;
	return base < walk->sp || !stop(walk, PL_END_BAD_READ);
}

WALK_INLINE int step_by_rule(struct pl_walk *walk, const struct pl_rule *rule)
{
	pl_u64 cfa, fp, ra;

	if (rule->cfa_kind == PL_CFA_END)
		return stop(walk, PL_END_ROOT);
	if (rule->cfa_kind == PL_CFA_UNSUPPORTED)
		return stop(walk, PL_END_UNSUPPORTED);
	if (rule->cfa_kind == PL_CFA_SIGNAL)
		return step_out_of_signal(walk, rule);
	if (rule->cfa_kind == PL_CFA_SWITCH && !walk->fp)
		return stop(walk, PL_END_ROOT);
	if (!find_cfa(walk, rule, &cfa))
		return 1;
	/* Stacks grow downwards, and so callers lie upwards, unless they lie on another one. */
	if (rule->cfa_kind != PL_CFA_SWITCH && (cfa < walk->sp || (cfa == walk->sp && !walk->innermost)))
		return stop(walk, PL_END_BAD_FRAME);
	if (!find_caller_fp(walk, rule, cfa, &fp))
		return 1;
	if (rule->ra_kind == PL_RA_REGISTER) {
		if (!known_register(walk, rule->ra_offset, &ra))
			return stop(walk, PL_END_UNSUPPORTED);
	} else if (!read_word(walk, cfa + rule->ra_offset, &ra)) {
		return stop(walk, PL_END_BAD_READ);
	}
	return go_on(walk, ra, cfa, fp, 0, 0);
}

/* Marks the object as in use: what no walk came through for long is the first to make room. */
WALK_INLINE struct pl_object *use_object(struct pl_walk *walk)
{
	struct pl_object *object = walk_object(walk, walk->object);

	if (object && object->used_at_s != walk->now_s)
		object->used_at_s = walk->now_s;
	return object;
}

/* Keeps this frame if its rule is in the cache, or that its object has none for it: 1 then. */
WALK_INLINE int step_cached(struct pl_walk *walk, const struct pl_cached_rule *cached, pl_u64 at, struct pl_rule *rule)
{
	pl_u64 key = cached->key;

	if (!key || PL_RULE_KEY_ADDRESS(key) != at || cached->edition != walk->edition)
		return 0;
	walk->object = PL_RULE_KEY_OBJECT(key);
	*rule = cached->rule;
	emit(walk);
	use_object(walk);
	return 1;
}

/* Keeps this frame and searches its rule; not 0 when the walk ends here. */
WALK_INLINE int step_searched(struct pl_walk *walk, struct pl_cached_rule *cached, pl_u64 at, struct pl_rule *rule)
{
	if (!find_mapping(walk, at)) {
		/* A frame pointer that leads to no code was none: the frame is not kept. */
		if (walk->by_pointer)
			return stop(walk, walk->object == PL_ANONYMOUS_OBJECT ? PL_END_JIT : PL_END_NO_RULE);
		emit(walk);
		return stop(walk, PL_END_NO_MAPPING);
	}
	walk->object = walk->map_object;
	emit(walk);
	struct pl_object *object = use_object(walk);

	if (!object || object->state == PL_OBJECT_WAITING)
		return stop(walk, PL_END_NO_TABLE);
	if (object->state == PL_OBJECT_LOADED)
		find_rule(walk, object, at, rule);
	/* A file that has no table may get one. */
	if (cached && walk->edition && object->state != PL_OBJECT_NO_TABLE) {
		cached->key = PL_RULE_KEY(walk->object, at);
		cached->edition = walk->edition;
		cached->rule = *rule;
	}
	return 0;
}

/* Keeps this frame and finds its caller; not 0 when the walk has ended. */
WALK_INLINE int walk_step(struct pl_walk *walk)
{
	pl_u64 at = walk->exact ? walk->pc : walk->pc - 1;
	struct pl_cached_rule *cached = walk_cached(walk, PL_RULE_SLOT(walk->edition, at));
	struct pl_rule rule = {};

	if (at >> 47) /* no program's address */
		cached = 0;
	if (!cached || !step_cached(walk, cached, at, &rule)) {
		if (step_searched(walk, cached, at, &rule))
			return 1;
	}
	/* A call into the kernel as the last instruction of a function (rt_sigreturn). */
	if (rule.cfa_kind == PL_CFA_NONE && walk->innermost && walk->in_kernel && find_mapping(walk, at - 1)) {
		struct pl_object *object = walk_object(walk, walk->map_object);

		if (object && object->state == PL_OBJECT_LOADED)
			find_rule(walk, object, at - 1, &rule);
	}
	if (rule.cfa_kind != PL_CFA_NONE)
		return step_by_rule(walk, &rule);
	return step_by_pointer(walk, walk->object == PL_ANONYMOUS_OBJECT ? PL_END_JIT : PL_END_NO_RULE);
}

/* Before the first step; registers, mappings with their edition, and now_s are given. */
WALK_INLINE void walk_begin(struct pl_walk *walk, int in_kernel)
{
	walk->pc = walk->registers[PL_REGISTER_PC];
	walk->sp = walk->registers[PL_REGISTER_SP];
	walk->fp = walk->registers[PL_REGISTER_FP];
	walk->hash = 0;
	walk->map_start = walk->map_end = 0;
	walk->map_object = walk->object = PL_ANONYMOUS_OBJECT;
	walk->end = PL_END_TOO_DEEP; /* unless a step says otherwise */
	walk->frames = 0;
	walk->exact = 1;
	walk->by_pointer = 0;
	walk->innermost = 1;
	walk->in_kernel = in_kernel;
	walk->any_by_pointer = 0;
	walk->chunk_at = 0;
	walk->chunk_bytes = 0;
}

#endif
