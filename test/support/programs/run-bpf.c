/*
 * run-bpf OBJECT SECONDS: loads the object's first program, prints its id once it is loaded, and runs it over an empty
 * packet until the time is over; then it is unloaded. With SECONDS 0 it stays loaded, unrun, until standard input ends.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	char packet[64] = "";
	struct bpf_prog_info info = {};
	__u32 size = sizeof info;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof packet, .repeat = 20000);

	if (argc != 3)
		return 2;
	struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		return 1;
	int program = bpf_program__fd(bpf_object__next_program(object, NULL));
	if (bpf_obj_get_info_by_fd(program, &info, &size))
		return 1;
	printf("%u\n", info.id);
	fflush(stdout);
	const double end = now() + atof(argv[2]);
	while (now() < end)
		if (bpf_prog_test_run_opts(program, &run))
			return 1;
	if (atof(argv[2]) == 0)
		while (read(0, packet, sizeof packet) > 0)
			;
	bpf_object__close(object);
	return 0;
}
