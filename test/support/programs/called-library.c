/* A library that calls back what opened it. FRAME is the size of its frame. */
void inner_of(void (*then)(void));

__attribute__((noinline)) void inner_of(void (*then)(void))
{
	volatile char frame[FRAME];

	frame[0] = 1;
	then();
	frame[1] = frame[0];
}
