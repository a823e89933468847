// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Burns time in a BPF program: some 10 % in the program itself and the rest in a function that it calls. The lines that
 * samples must fall on are marked; test/integration/bpf-programs.test.ts looks for the marks.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define KEEP(x) __asm__ volatile("" : "+r"(x))

static __attribute__((noinline)) __u64 burn_in_callee(__u64 x)
{
	for (int i = 0; i < 900; i++) { /* callee's work */
		x = x * 6364136223846793005ull + 1442695040888963407ull; /* callee's work */
		KEEP(x); /* callee's work */
	}
	return x;
}

SEC("tc")
int burn_with_a_long_name(struct __sk_buff *skb)
{
	__u64 x = skb->len;

	for (int i = 0; i < 100; i++) { /* caller's work */
		x = x * 6364136223846793005ull + 1442695040888963407ull; /* caller's work */
		KEEP(x); /* caller's work */
	}
	x = burn_in_callee(x); /* the call */
	return x & 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
