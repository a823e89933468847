/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What differs between architectures; nothing else in bpf/ depends on one. Registers are kept by DWARF number
 * (x86-64 psABI, figure 3.36; AAPCS64 DWARF, 4.1).
 */
#ifndef PILOTLIGHT_REGISTERS_H
#define PILOTLIGHT_REGISTERS_H

#include "wire.h"

#if defined(__TARGET_ARCH_arm64) || (!defined(__bpf__) && defined(__aarch64__))
#define PL_REGISTER_FP 29
#define PL_REGISTER_SP 31
#define PL_REGISTER_PC 32
/* Bits above a user address may hold a signature (pointer authentication) or a tag. */
#define PL_CODE_ADDRESS(address) ((address) & ((1ULL << 48) - 1))

/* As the kernel saves them (arch/arm64 uapi/asm/ptrace.h, struct user_pt_regs). */
struct pl_saved_registers {
	pl_u64 x[31];
	pl_u64 sp;
	pl_u64 pc;
	pl_u64 pstate;
};

/* PSR_MODE_MASK: zero is EL0t. */
#define PL_IN_USER_MODE(saved) (((saved)->pstate & 0xf) == 0)
/* PSR_MODE32_BIT */
#define PL_IS_32_BIT(saved) (((saved)->pstate & 0x10) != 0)

#define PL_KEEP_REGISTERS(to, saved)                                                               \
	do {                                                                                       \
		for (int i = 0; i < 31; i++)                                                       \
			(to)[i] = (saved)->x[i];                                                   \
		(to)[PL_REGISTER_SP] = (saved)->sp;                                                \
		(to)[PL_REGISTER_PC] = (saved)->pc;                                                \
	} while (0)
#else
#define PL_REGISTER_FP 6
#define PL_REGISTER_SP 7
#define PL_REGISTER_PC 16
#define PL_CODE_ADDRESS(address) (address)

/* arch/x86 asm/ptrace.h, struct pt_regs */
struct pl_saved_registers {
	pl_u64 r15, r14, r13, r12, bp, bx;
	pl_u64 r11, r10, r9, r8, ax, cx, dx, si, di;
	pl_u64 orig_ax;
	pl_u64 ip, cs, flags, sp, ss;
};

/* Ring 3 in the code segment's privilege bits; __USER32_CS is 0x23. */
#define PL_IN_USER_MODE(saved) (((saved)->cs & 3) != 0)
#define PL_IS_32_BIT(saved) (((saved)->cs & 0xffff) == 0x23)

#define PL_KEEP_REGISTERS(to, saved)                                                               \
	do {                                                                                       \
		(to)[0] = (saved)->ax;                                                             \
		(to)[1] = (saved)->dx;                                                             \
		(to)[2] = (saved)->cx;                                                             \
		(to)[3] = (saved)->bx;                                                             \
		(to)[4] = (saved)->si;                                                             \
		(to)[5] = (saved)->di;                                                             \
		(to)[6] = (saved)->bp;                                                             \
		(to)[7] = (saved)->sp;                                                             \
		(to)[8] = (saved)->r8;                                                             \
		(to)[9] = (saved)->r9;                                                             \
		(to)[10] = (saved)->r10;                                                           \
		(to)[11] = (saved)->r11;                                                           \
		(to)[12] = (saved)->r12;                                                           \
		(to)[13] = (saved)->r13;                                                           \
		(to)[14] = (saved)->r14;                                                           \
		(to)[15] = (saved)->r15;                                                           \
		(to)[PL_REGISTER_PC] = (saved)->ip;                                                \
	} while (0)
#endif

#endif
