/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Register access for each architecture; nothing else in bpf/ depends on one. */
#ifndef PILOTLIGHT_REGISTERS_H
#define PILOTLIGHT_REGISTERS_H

#if defined(__TARGET_ARCH_x86)
#include <asm/ptrace.h>
/* Ring 3 in the code segment's privilege bits. `cs` is read whole: a 2-byte context access is refused. */
static __always_inline int interrupted_user_mode(struct bpf_perf_event_data *ctx)
{
	return (ctx->regs.cs & 3) != 0;
}
#elif defined(__TARGET_ARCH_arm64)
/* PSR_MODE_MASK: zero is EL0t. */
static __always_inline int interrupted_user_mode(struct bpf_perf_event_data *ctx)
{
	return (ctx->regs.pstate & 0xf) == 0;
}
#else
#error "no register access for this architecture"
#endif

#endif
