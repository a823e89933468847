// Interrupts itself every 0.3 ms and keeps registers, a copy of the stack, and how libgcc unwinds from there.
// Writes to standard output, little endian, for each: 17 registers by DWARF number, the number of frames, libgcc's
// result, the copy's length (u64 each), the frames, the copy; before all that the text of /proc/self/maps, behind its
// length. Usage: self-recorder PAIRS
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr long INTERVAL_NS = 300000;
constexpr size_t MAX_FRAMES = 2048;
constexpr size_t ALTERNATE_BYTES = 256 << 10;
/** The deepest stack copied: 900 frames of `descend`. */
constexpr size_t MAX_STACK = 128 << 10;

struct Pair {
	uint64_t registers[17];
	uint64_t frames[MAX_FRAMES];
	uint64_t frameCount;
	uint64_t result;
	uint64_t stackBytes;
	uint8_t stack[MAX_STACK];
};

Pair *pairs;
size_t wanted;
volatile sig_atomic_t taken;
uint64_t stackEnd;

/** Frames of the handler come first: kept are those from the interrupted one on. */
_Unwind_Reason_Code keepFrame(_Unwind_Context *context, void *arg)
{
	auto &pair = *static_cast<Pair *>(arg);
	int exact;
	const uint64_t address = _Unwind_GetIPInfo(context, &exact);
	if (pair.frameCount == 0 && address != pair.registers[16]) return _URC_NO_REASON;
	// Behind the outermost frame libgcc gives a zero.
	if (address != 0 && pair.frameCount < MAX_FRAMES) pair.frames[pair.frameCount++] = address;
	return _URC_NO_REASON;
}

void onSignal(int, siginfo_t *, void *context)
{
	if (static_cast<size_t>(taken) >= wanted) return;
	Pair &pair = pairs[taken];
	const auto &saved = static_cast<ucontext_t *>(context)->uc_mcontext.gregs;
	const int order[17] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
			       REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
	for (int i = 0; i < 17; i++) pair.registers[i] = static_cast<uint64_t>(saved[order[i]]);
	const uint64_t at = pair.registers[7];
	pair.stackBytes = std::min<uint64_t>(MAX_STACK, stackEnd - at);
	memcpy(pair.stack, reinterpret_cast<const void *>(at), pair.stackBytes);
	pair.frameCount = 0;
	pair.result = static_cast<uint64_t>(_Unwind_Backtrace(keepFrame, &pair));
	taken = taken + 1;
}

// What is interrupted.

volatile unsigned sink;

[[gnu::noinline]] unsigned descend(unsigned depth)
{
	if (depth == 0) {
		for (unsigned i = 0; i < 30000; i++) sink = sink * 1664525u + 1013904223u;
		return sink;
	}
	return descend(depth - 1) + 1;
}

[[gnu::noinline, maybe_unused]] int failing(int depth)
{
	std::string text(static_cast<size_t>(depth) + 20, 'x');
	if (depth == 0) throw std::runtime_error(text);
	return failing(depth - 1) + static_cast<int>(text.size());
}

int compare(const void *a, const void *b)
{
	return strtol(static_cast<const char *>(a), nullptr, 10) < strtol(static_cast<const char *>(b), nullptr, 10) ? -1
														     : 1;
}

[[gnu::noinline]] void work(unsigned round)
{
	char texts[128][16];
	std::map<std::string, int> counts;
	for (unsigned i = 0; i < 128; i++) {
		snprintf(texts[i], sizeof texts[i], "%u", (i * 7919 + round) % 1009);
		counts[texts[i]]++;
	}
	qsort(texts, 128, sizeof texts[0], compare);
#ifndef WITHOUT_THROWS // a static libgcc takes a lock in both: the handler would wait for what it interrupted
	try {
		sink = sink + static_cast<unsigned>(failing(static_cast<int>(round % 20)));
	} catch (const std::exception &error) {
		sink = sink + static_cast<unsigned>(strlen(error.what()));
	}
#endif
	sink = sink + descend(round % 4 == 0 ? 900 : round % 30);
}

// Before and after.

std::string readMaps()
{
	std::string text;
	FILE *file = fopen("/proc/self/maps", "r");
	for (int c; file && (c = fgetc(file)) != EOF;) text += static_cast<char>(c);
	if (file) fclose(file);
	return text;
}

void findStackEnd(const std::string &maps)
{
	const size_t line = maps.rfind('\n', maps.find("[stack]")) + 1;
	unsigned long start, end;
	if (sscanf(maps.c_str() + line, "%lx-%lx", &start, &end) != 2) abort();
	stackEnd = end;
}

timer_t startTimer()
{
	static char alternate[ALTERNATE_BYTES];
	stack_t stack = {};
	stack.ss_sp = alternate;
	stack.ss_size = sizeof alternate;
	struct sigaction action = {};
	action.sa_sigaction = onSignal;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
	struct sigevent event = {};
	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = SIGUSR1;
	timer_t timer;
	const struct itimerspec every = {{0, INTERVAL_NS}, {0, INTERVAL_NS}};
	if (sigaltstack(&stack, nullptr) || sigaction(SIGUSR1, &action, nullptr) ||
	    timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &every, nullptr))
		abort();
	return timer;
}

void put(const void *bytes, size_t length)
{
	if (fwrite(bytes, 1, length, stdout) != length) abort();
}

} // namespace

int main(int argc, char **argv)
{
	wanted = argc > 1 ? strtoul(argv[1], nullptr, 10) : 100;
	pairs = static_cast<Pair *>(calloc(wanted, sizeof(Pair)));
	findStackEnd(readMaps());
	work(0); // whatever is loaded or bound late is now
	const timer_t timer = startTimer();
	for (unsigned round = 0; static_cast<size_t>(taken) < wanted; round++) work(round);
	timer_delete(timer);

	const std::string maps = readMaps();
	const uint64_t length = maps.size();
	put(&length, sizeof length);
	put(maps.data(), maps.size());
	for (size_t i = 0; i < wanted; i++) {
		const Pair &pair = pairs[i];
		put(pair.registers, sizeof pair.registers);
		put(&pair.frameCount, 3 * sizeof(uint64_t));
		put(pair.frames, pair.frameCount * sizeof(uint64_t));
		put(pair.stack, pair.stackBytes);
	}
	return 0;
}
