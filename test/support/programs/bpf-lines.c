/*
 * bpf-lines ID: for every byte of a loaded BPF program's code, `TAG_NAME OFFSET FILE:LINE:COLUMN`, as libbpf finds it.
 * TAG_NAME is what follows `bpf_prog_` in kallsyms.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>

static const char *string_at(const struct btf *btf, __u32 offset)
{
	const char *string = btf__name_by_offset(btf, offset);

	return string ? string : "";
}

int main(int argc, char **argv)
{
	static struct bpf_func_info functions[256];
	static struct bpf_line_info lines[10000];
	static __u64 line_addresses[10000], addresses[256];
	static __u32 lengths[256];
	static __u8 tags[256][BPF_TAG_SIZE];
	struct bpf_prog_info info = {
		.nr_func_info = 256, .func_info_rec_size = sizeof functions[0], .func_info = (__u64)functions,
		.nr_line_info = 10000, .line_info_rec_size = sizeof lines[0], .line_info = (__u64)lines,
		.nr_jited_line_info = 10000, .jited_line_info_rec_size = 8, .jited_line_info = (__u64)line_addresses,
		.nr_jited_ksyms = 256, .jited_ksyms = (__u64)addresses,
		.nr_jited_func_lens = 256, .jited_func_lens = (__u64)lengths,
		.nr_prog_tags = 256, .prog_tags = (__u64)tags,
	};
	__u32 size = sizeof info;
	const int program = argc == 2 ? bpf_prog_get_fd_by_id(strtoul(argv[1], NULL, 10)) : -1;

	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &size))
		return 1;
	struct btf *btf = btf__load_from_kernel_by_id(info.btf_id);
	struct bpf_prog_linfo *found = bpf_prog_linfo__new(&info);
	if (!btf || !found)
		return 1;
	for (__u32 f = 0; f < info.nr_jited_ksyms; f++) {
		const __u8 *tag = f == 0 ? info.tag : tags[f];
		const struct btf_type *type = btf__type_by_id(btf, functions[f].type_id);

		for (__u32 offset = 0; offset < lengths[f]; offset++) {
			const struct bpf_line_info *line =
				bpf_prog_linfo__lfind_addr_func(found, addresses[f] + offset, f, 0);
			if (!line)
				return 1;
			for (int i = 0; i < BPF_TAG_SIZE; i++)
				printf("%02x", tag[i]);
			printf("_%s %u %s:%u:%u\n", string_at(btf, type->name_off), offset,
			       string_at(btf, line->file_name_off), BPF_LINE_INFO_LINE_NUM(line->line_col),
			       BPF_LINE_INFO_LINE_COL(line->line_col));
		}
	}
	bpf_prog_linfo__free(found);
	btf__free(btf);
	return 0;
}
