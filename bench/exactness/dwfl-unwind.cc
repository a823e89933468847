// The independent unwinder: libdw on recorded registers and stacks. It shares nothing with ours but its input.
//
// With any argument it prints libdw's version. Else standard input is a sequence of messages, little endian, each answered by one line of text:
//   'M' u32 count, then per executable mapping: u64 start, end, offset; u32 length of its path, the path
//       (empty: no file; "[vdso]": this process's own): the address space of what follows. Answer: "space N modules".
//   'S' u64 registers by DWARF number (17, the last one the program counter), u64 stack's address, u32 its length, bytes.
//       Answer: the frames' addresses in hex, leaf first, an '!' before one that a signal interrupted; a tab;
//       and how the walk ended: "root", "copy-end" (what is needed lies behind the copied stack), "popped" (the root or
//       what was taken for it: a register had been popped, and its place below the stack pointer is not in the copy),
//       or libdw's message.
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr unsigned REGISTERS = 17;
/** A walk that does not end is an error of libdw's; ours stops at 1,024. */
constexpr size_t MAX_FRAMES = 4096;

struct Mapping {
	uint64_t start, end, offset;
	std::string path;
};

struct Sample {
	Dwarf_Word registers[REGISTERS];
	uint64_t stackAt;
	std::vector<uint8_t> stack;
	/** Since the last frame: a read beyond what was copied. */
	bool readBehindCopy;
	/** At all: a read below the stack pointer. */
	bool readBelow;
};

struct Frame {
	Dwarf_Addr pc;
	bool exact;
};

bool readAll(void *to, size_t length)
{
	return length == 0 || fread(to, 1, length, stdin) == length;
}

template <typename T> T read()
{
	T value;
	if (!readAll(&value, sizeof value)) throw std::runtime_error("the input ends within a message");
	return value;
}

// What libdw asks for. The argument of the state is where the sample of the moment is found.

pid_t nextThread(Dwfl *, void *current, void **threadArg)
{
	if (*threadArg) return 0;
	*threadArg = *static_cast<Sample **>(current);
	return 1;
}

bool getThread(Dwfl *, pid_t, void *current, void **threadArg)
{
	*threadArg = *static_cast<Sample **>(current);
	return true;
}

bool readMemory(Dwfl *, Dwarf_Addr at, Dwarf_Word *result, void *current)
{
	auto &sample = **static_cast<Sample **>(current);
	const uint64_t end = sample.stackAt + sample.stack.size();
	if (at < sample.stackAt) {
		sample.readBelow = true;
		return false;
	}
	if (at > end - sizeof *result) {
		sample.readBehindCopy = true;
		return false;
	}
	memcpy(result, sample.stack.data() + (at - sample.stackAt), sizeof *result);
	return true;
}

bool setRegisters(Dwfl_Thread *thread, void *sample)
{
	return dwfl_thread_state_registers(thread, 0, REGISTERS, static_cast<Sample *>(sample)->registers);
}

const Dwfl_Thread_Callbacks CALLBACKS = {nextThread, getThread, readMemory, setRegisters, nullptr, nullptr};

/** No debug files: what is loaded with the program is all that a profiler has, too. */
int noDebugFile(Dwfl_Module *, void **, const char *, Dwarf_Addr, const char *, const char *, GElf_Word, char **)
{
	return -1;
}

const Dwfl_Callbacks FILES = {dwfl_build_id_find_elf, noDebugFile, dwfl_offline_section_address, nullptr};

int openVdso()
{
	const auto *image = reinterpret_cast<const uint8_t *>(getauxval(AT_SYSINFO_EHDR));
	const int file = memfd_create("vdso", 0);
	// Two pages on every x86-64 kernel; the section headers lie in the second one.
	if (!image || file < 0 || write(file, image, 8192) != 8192) throw std::runtime_error("no copy of the vDSO");
	return file;
}

/** Load bias: by the segment that the mapping shows. */
bool findBias(int file, const Mapping &mapping, uint64_t &bias)
{
	Elf *elf = elf_begin(file, ELF_C_READ_MMAP, nullptr);
	GElf_Ehdr elfHeader;
	size_t count = 0;
	bool found = false;
	if (elf && gelf_getehdr(elf, &elfHeader) && elf_getphdrnum(elf, &count) == 0) {
		for (size_t i = 0; i < count && !found; i++) {
			GElf_Phdr header;
			if (!gelf_getphdr(elf, static_cast<int>(i), &header) || header.p_type != PT_LOAD) continue;
			const uint64_t first = header.p_offset & ~4095ull;
			if (mapping.offset < first || mapping.offset >= header.p_offset + header.p_filesz) continue;
			if (!(header.p_flags & PF_X)) continue;
			bias = mapping.start - mapping.offset + header.p_offset - header.p_vaddr;
			found = true;
		}
	}
	elf_end(elf);
	// V8 maps a part of its executable a second time, elsewhere; libdw cannot have one module at two places.
	return found && !(elfHeader.e_type == ET_EXEC && bias != 0);
}

/** One address space. */
class Space {
public:
	Space() : m_dwfl(dwfl_begin(&FILES))
	{
		if (!m_dwfl) throw std::runtime_error(dwfl_errmsg(-1));
		dwfl_report_begin(m_dwfl);
	}
	~Space() { dwfl_end(m_dwfl); }
	Space(const Space &) = delete;
	Space &operator=(const Space &) = delete;

	void add(const Mapping &mapping)
	{
		const bool vdso = mapping.path == "[vdso]";
		const int file = vdso ? openVdso() : open(mapping.path.c_str(), O_RDONLY | O_CLOEXEC);
		uint64_t bias;
		if (file < 0) return;
		// Several mappings may show parts of one module.
		if (!findBias(file, mapping, bias) || !m_seen.insert({mapping.path, bias}).second ||
		    !dwfl_report_elf(m_dwfl, mapping.path.c_str(), mapping.path.c_str(), file, bias, true)) {
			close(file); // else it is libdw's
			return;
		}
	}

	/** Gives the number of modules; 0 where there is nothing to walk with. */
	size_t complete()
	{
		dwfl_report_end(m_dwfl, nullptr, nullptr);
		m_ready = dwfl_attach_state(m_dwfl, nullptr, 1, &CALLBACKS, &m_current);
		return m_ready ? m_seen.size() : 0;
	}

	std::string walk(Sample &sample, std::vector<Frame> &frames)
	{
		if (!m_ready) return "no module";
		m_current = &sample;
		m_frames = &frames;
		const int result = dwfl_getthread_frames(m_dwfl, 1, onFrame, this);
		// libdw takes a return address that it could not read for an undefined one, and thus for the root's.
		if (sample.readBehindCopy) return "copy-end";
		if (result == 0) return sample.readBelow ? "popped" : "root";
		if (result > 0) return "endless";
		const char *message = dwfl_errmsg(-1);
		return message ? message : "unknown error";
	}

private:
	static int onFrame(Dwfl_Frame *state, void *arg)
	{
		auto &self = *static_cast<Space *>(arg);
		Frame frame;
		if (!dwfl_frame_pc(state, &frame.pc, &frame.exact)) return DWARF_CB_ABORT;
		self.m_current->readBehindCopy = false;
		self.m_frames->push_back(frame);
		return self.m_frames->size() < MAX_FRAMES ? DWARF_CB_OK : DWARF_CB_ABORT;
	}

	Dwfl *m_dwfl;
	bool m_ready = false;
	std::set<std::pair<std::string, uint64_t>> m_seen;
	Sample *m_current = nullptr;
	std::vector<Frame> *m_frames = nullptr;
};

std::unique_ptr<Space> readSpace()
{
	auto space = std::make_unique<Space>();
	const auto count = read<uint32_t>();
	for (uint32_t i = 0; i < count; i++) {
		Mapping mapping{read<uint64_t>(), read<uint64_t>(), read<uint64_t>(), {}};
		mapping.path.resize(read<uint32_t>());
		if (!readAll(mapping.path.data(), mapping.path.size())) throw std::runtime_error("a path is cut");
		if (!mapping.path.empty()) space->add(mapping);
	}
	printf("space %zu modules\n", space->complete());
	return space;
}

void walkSample(Space &space, std::vector<Frame> &frames)
{
	Sample sample{};
	if (!readAll(sample.registers, sizeof sample.registers)) throw std::runtime_error("registers are cut");
	sample.stackAt = read<uint64_t>();
	sample.stack.resize(read<uint32_t>());
	if (!readAll(sample.stack.data(), sample.stack.size())) throw std::runtime_error("a stack is cut");
	frames.clear();
	const std::string end = space.walk(sample, frames);
	for (size_t i = 0; i < frames.size(); i++) {
		printf("%s%s%" PRIx64, i ? " " : "", frames[i].exact ? "!" : "", frames[i].pc);
	}
	printf("\t%s\n", end.c_str());
}

} // namespace

int main(int argc, char **)
{
	if (argc > 1) {
		puts(dwfl_version(nullptr));
		return 0;
	}
	elf_version(EV_CURRENT);
	try {
		std::unique_ptr<Space> space;
		std::vector<Frame> frames;
		for (int kind; (kind = getchar()) != EOF;) {
			if (kind == 'M') space = readSpace();
			else if (kind == 'S' && space) walkSample(*space, frames);
			else throw std::runtime_error("neither a space nor a sample in one");
			fflush(stdout); // whoever asked waits
		}
		return 0;
	} catch (const std::exception &error) {
		fprintf(stderr, "dwfl-unwind: %s\n", error.what());
		return 1;
	}
}
