// Throws through frames with destructors, rethrows, and catches: the unwinder of libgcc runs most of the time.
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Guard {
	std::vector<int> &log;
	~Guard() { log.push_back(static_cast<int>(log.size())); }
};

[[gnu::noinline]] int descend(int depth, std::vector<int> &log)
{
	Guard guard{log};
	if (depth == 0) {
		if (log.size() % 3 == 0) throw std::out_of_range("depth " + std::to_string(log.size()));
		throw 7;
	}
	return descend(depth - 1, log) + 1;
}

[[gnu::noinline]] int passOn(int depth, std::vector<int> &log)
{
	try {
		return descend(depth, log);
	} catch (const std::out_of_range &) {
		throw;
	} catch (int value) {
		throw std::runtime_error(std::to_string(value));
	}
}

[[gnu::noinline]] int attempt(int depth)
{
	std::vector<int> log;
	try {
		return passOn(depth, log);
	} catch (const std::exception &error) {
		return static_cast<int>(log.size()) + error.what()[0];
	}
}

} // namespace

int main()
{
	volatile int sum = 0;
	for (int round = 0;; round++) sum = sum + attempt(round % 24);
}
