#include "bpf-programs.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "errors.h"
#include "unique-fd.h"

namespace pilotlight {
namespace {

/// Instructions of a program at most, each of which may have a line (BPF_COMPLEXITY_LIMIT_INSNS).
constexpr uint32_t kMaxRecords = 1000000;

struct Section {
  BpfDumpKind kind;
  uint32_t record_bytes;
  std::vector<char> bytes;
};

bpf_prog_info program_info(int fd, const bpf_prog_info& wanted) {
  bpf_prog_info info = wanted;
  uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(fd, &info, &size)) fail("bpf_prog_info");
  return info;
}

/// Room for an array that the kernel fills.
struct Array {
  Array(BpfDumpKind kind, uint32_t count, uint32_t record_bytes) : kind(kind), record_bytes(record_bytes) {
    if (count > kMaxRecords) throw SystemError("bpf_dump", E2BIG, std::to_string(count) + " records");
    bytes.resize(size_t{count} * record_bytes);
  }
  uint64_t pointer() { return reinterpret_cast<uint64_t>(bytes.data()); }
  uint32_t count() const { return record_bytes ? static_cast<uint32_t>(bytes.size() / record_bytes) : 0; }
  /// What the kernel filled, which is less where the program has less than it said.
  Section filled(uint32_t count) {
    bytes.resize(size_t{std::min(count, this->count())} * record_bytes);
    return {kind, record_bytes, std::move(bytes)};
  }

  BpfDumpKind kind;
  uint32_t record_bytes;
  std::vector<char> bytes;
};

Section section_of(BpfDumpKind kind, const void* data, size_t bytes, uint32_t record_bytes) {
  const char* begin = static_cast<const char*>(data);
  return {kind, record_bytes, {begin, begin + bytes}};
}

/// Asked twice: for the numbers of records, then for the records.
std::vector<Section> program_sections(int fd, uint32_t& btf_id) {
  const bpf_prog_info sizes = program_info(fd, {});
  btf_id = sizes.btf_id;
  Array tags(BpfDumpKind::kFunctionTag, sizes.nr_prog_tags, BPF_TAG_SIZE);
  Array addresses(BpfDumpKind::kFunctionAddress, sizes.nr_jited_ksyms, sizeof(uint64_t));
  Array lengths(BpfDumpKind::kFunctionLength, sizes.nr_jited_func_lens, sizeof(uint32_t));
  Array functions(BpfDumpKind::kFunctionInfo, sizes.nr_func_info, sizes.func_info_rec_size);
  Array lines(BpfDumpKind::kLineInfo, sizes.nr_line_info, sizes.line_info_rec_size);
  Array line_addresses(BpfDumpKind::kLineAddress, sizes.nr_jited_line_info, sizes.jited_line_info_rec_size);
  bpf_prog_info wanted = {};
  wanted.nr_prog_tags = tags.count();
  wanted.prog_tags = tags.pointer();
  wanted.nr_jited_ksyms = addresses.count();
  wanted.jited_ksyms = addresses.pointer();
  wanted.nr_jited_func_lens = lengths.count();
  wanted.jited_func_lens = lengths.pointer();
  // The kernel wants the sizes of records back that it told, wherever their number is not zero.
  wanted.nr_func_info = functions.count();
  wanted.func_info_rec_size = sizes.func_info_rec_size;
  wanted.func_info = functions.pointer();
  wanted.nr_line_info = lines.count();
  wanted.line_info_rec_size = sizes.line_info_rec_size;
  wanted.line_info = lines.pointer();
  wanted.nr_jited_line_info = line_addresses.count();
  wanted.jited_line_info_rec_size = sizes.jited_line_info_rec_size;
  wanted.jited_line_info = line_addresses.pointer();
  const bpf_prog_info info = program_info(fd, wanted);
  std::vector<Section> sections;
  sections.push_back(section_of(BpfDumpKind::kName, info.name, sizeof info.name, 1));
  sections.push_back(section_of(BpfDumpKind::kTag, info.tag, sizeof info.tag, BPF_TAG_SIZE));
  sections.push_back(tags.filled(info.nr_prog_tags));
  sections.push_back(addresses.filled(info.nr_jited_ksyms));
  sections.push_back(lengths.filled(info.nr_jited_func_lens));
  sections.push_back(functions.filled(info.nr_func_info));
  sections.push_back(lines.filled(info.nr_line_info));
  sections.push_back(line_addresses.filled(info.nr_jited_line_info));
  return sections;
}

Section btf_section(uint32_t id) {
  UniqueFd fd(bpf_btf_get_fd_by_id(id));
  if (fd.get() < 0) fail("bpf_btf_get_fd");
  bpf_btf_info info = {};
  uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(fd.get(), &info, &size)) fail("bpf_btf_info");
  if (info.btf_size > kMaxBpfDumpBytes) throw SystemError("bpf_dump", E2BIG, "BTF");
  std::vector<char> bytes(info.btf_size);
  info = {};
  info.btf = reinterpret_cast<uint64_t>(bytes.data());
  info.btf_size = static_cast<uint32_t>(bytes.size());
  if (bpf_obj_get_info_by_fd(fd.get(), &info, &size)) fail("bpf_btf_info");
  return {BpfDumpKind::kBtf, 1, std::move(bytes)};
}

void write_at(int fd, const void* data, size_t bytes, size_t offset) {
  const char* from = static_cast<const char*>(data);
  while (bytes) {
    const ssize_t written = pwrite(fd, from, bytes, static_cast<off_t>(offset));
    if (written <= 0) fail("bpf_dump");
    from += written;
    bytes -= static_cast<size_t>(written);
    offset += static_cast<size_t>(written);
  }
}

/// Sealed: whoever reads it sees one content for ever.
BpfDump written(uint32_t id, const std::vector<Section>& sections) {
  std::vector<BpfDumpSection> directory;
  size_t bytes = sizeof(BpfDumpHeader) + sections.size() * sizeof(BpfDumpSection);
  for (const Section& section : sections) {
    const auto count = static_cast<uint32_t>(section.bytes.size() / section.record_bytes);
    bytes = (bytes + 7) & ~size_t{7};
    directory.push_back(
        {static_cast<uint32_t>(section.kind), section.record_bytes, static_cast<uint32_t>(bytes), count});
    bytes += section.bytes.size();
  }
  if (bytes > kMaxBpfDumpBytes) throw SystemError("bpf_dump", E2BIG, std::to_string(bytes) + " bytes");
  UniqueFd file(memfd_create("pilotlight-bpf-program", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (file.get() < 0) fail("memfd_create");
  if (ftruncate(file.get(), static_cast<off_t>(bytes))) fail("bpf_dump");
  const BpfDumpHeader header = {kBpfDumpMagic, kBpfDumpVersion, id, static_cast<uint32_t>(sections.size())};
  write_at(file.get(), &header, sizeof header, 0);
  write_at(file.get(), directory.data(), directory.size() * sizeof(BpfDumpSection), sizeof header);
  for (size_t i = 0; i < sections.size(); i++) {
    write_at(file.get(), sections[i].bytes.data(), sections[i].bytes.size(), directory[i].offset);
  }
  if (fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) fail("bpf_dump");
  return {file.release(), static_cast<uint32_t>(bytes), {}};
}

std::vector<uint64_t> tags_of(const std::vector<Section>& sections) {
  std::vector<uint64_t> tags;
  for (const Section& section : sections) {
    if (section.kind != BpfDumpKind::kTag && section.kind != BpfDumpKind::kFunctionTag) continue;
    const size_t before = tags.size();
    tags.resize(before + section.bytes.size() / BPF_TAG_SIZE);
    memcpy(tags.data() + before, section.bytes.data(), section.bytes.size());
  }
  return tags;
}

}  // namespace

std::vector<uint32_t> bpf_program_ids() {
  std::vector<uint32_t> ids;
  uint32_t id = 0;
  while (ids.size() < kMaxBpfPrograms && !bpf_prog_get_next_id(id, &id)) ids.push_back(id);
  if (ids.size() < kMaxBpfPrograms && errno != ENOENT) fail("bpf_prog_get_next_id");
  return ids;
}

BpfDump dump_bpf_program(uint32_t id) {
  UniqueFd program(bpf_prog_get_fd_by_id(id));
  if (program.get() < 0) fail("bpf_prog_get_fd");
  uint32_t btf_id = 0;
  std::vector<Section> sections = program_sections(program.get(), btf_id);
  if (btf_id) sections.push_back(btf_section(btf_id));
  std::erase_if(sections, [](const Section& section) { return section.bytes.empty(); });
  BpfDump dump = written(id, sections);
  dump.tags = tags_of(sections);
  return dump;
}

std::string tag_text(uint64_t tag) {
  char text[17];
  snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(__builtin_bswap64(tag)));
  return text;
}

}  // namespace pilotlight
