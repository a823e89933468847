/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The few kernel fields that the program reads, with CO-RE relocations (preserve_access_index): libbpf
 * takes their offsets from the running kernel's BTF, so the object builds without any kernel's headers.
 */
#ifndef PILOTLIGHT_KERNEL_H
#define PILOTLIGHT_KERNEL_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kernfs_node {
	__u64 id; /* since 5.5; equals the directory's inode number */
};

struct cgroup {
	struct kernfs_node *kn;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct css_set {
	struct cgroup_subsys_state *subsys[16];
};

struct mm_struct;

struct task_struct {
	unsigned int flags;
	unsigned in_execve : 1;
	void *stack;
	struct task_struct *group_leader;
	__u64 start_boottime; /* since 5.5, ns */
	struct css_set *cgroups;
};

#pragma clang attribute pop

/* The numbers differ between kernels: libbpf relocates them too. */
enum cgroup_subsys_id {
	cpu_cgrp_id = 1,
	memory_cgrp_id = 4,
	pids_cgrp_id = 11,
};

/* include/linux/sched.h */
#define PF_EXITING 0x00000004
#define PF_KTHREAD 0x00200000

/* Kernels before 5.15 have no bpf_task_pt_regs: there the registers lie at the end of a stack of this size. */
#define THREAD_BYTES 16384

#endif
