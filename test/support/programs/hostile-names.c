/* hostile-names COMM SECONDS: calls itself COMM and works in a function whose name a test writes over in its file. */
#include "bounded.h"

__attribute__((noinline)) void name_to_be_written_over_0123456789(double seconds)
{
	while (cpu_seconds() < seconds)
		for (volatile int i = 0; i < 400000; i++)
			;
}

int main(int argc, char **argv)
{
	if (argc != 3 || prctl(PR_SET_NAME, argv[1]))
		return 2;
	bounded(60);
	name_to_be_written_over_0123456789(atof(argv[2]));
	return 0;
}
