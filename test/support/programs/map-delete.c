/* map-delete MAP_ID KEY: deletes one element (u32 key) of a BPF map. */
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof *attr);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	union bpf_attr attr;
	__u32 key = (__u32)atoi(argv[2]);

	memset(&attr, 0, sizeof attr);
	attr.map_id = (__u32)atoi(argv[1]);
	long map = bpf(BPF_MAP_GET_FD_BY_ID, &attr);

	if (map < 0) {
		perror("BPF_MAP_GET_FD_BY_ID");
		return 1;
	}
	memset(&attr, 0, sizeof attr);
	attr.map_fd = (__u32)map;
	attr.key = (__u64)(unsigned long)&key;
	if (bpf(BPF_MAP_DELETE_ELEM, &attr)) {
		perror("BPF_MAP_DELETE_ELEM");
		return 1;
	}
	return 0;
}
