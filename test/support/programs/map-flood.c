/* map-flood CPU SECONDS: updates a BPF hash map in a tight loop. The kernel drops the ticks that land in an update. */
#include "bounded.h"
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof *attr);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	bounded((unsigned)atoi(argv[2]));
	pin_to(atoi(argv[1]));
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.map_type = BPF_MAP_TYPE_HASH;
	attr.key_size = sizeof(__u64);
	attr.value_size = 1024;
	attr.max_entries = 1024;
	long map = bpf(BPF_MAP_CREATE, &attr);

	if (map < 0) {
		perror("BPF_MAP_CREATE");
		return 1;
	}
	static char value[1024];

	for (__u64 key = 0;; key = (key + 1) % 1024) {
		memset(&attr, 0, sizeof attr);
		attr.map_fd = (__u32)map;
		attr.key = (__u64)(unsigned long)&key;
		attr.value = (__u64)(unsigned long)value;
		if (bpf(BPF_MAP_UPDATE_ELEM, &attr)) {
			perror("BPF_MAP_UPDATE_ELEM");
			return 1;
		}
	}
}
