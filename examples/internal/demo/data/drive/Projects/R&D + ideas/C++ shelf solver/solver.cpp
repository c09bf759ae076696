#include <cstdio>

int main() {
	std::puts("straight");
}
