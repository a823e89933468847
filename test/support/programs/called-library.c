/* A library that calls back what opened it. */
void inner_of(void (*then)(void));

__attribute__((noinline)) void inner_of(void (*then)(void))
{
	volatile char frame[200];

	frame[0] = 1;
	then();
	frame[1] = frame[0];
}
