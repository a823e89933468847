/* one-function SECONDS: uses so much CPU time in a function that is called FUNCTION. */
#include "bounded.h"

#define TEXT(name) #name
#define TEXT_OF(name) TEXT(name)

/* ld makes no difference between symbols when it makes a build id: programs with the same code would be one object. */
__attribute__((used)) static const char which[] = TEXT_OF(FUNCTION);

__attribute__((noinline)) void FUNCTION(double seconds)
{
	while (cpu_seconds() < seconds)
		for (volatile int i = 0; i < 400000; i++)
			;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	bounded(60);
	FUNCTION(atof(argv[1]));
	return 0;
}
