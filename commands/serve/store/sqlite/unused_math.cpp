// SQLite knows mathematical SQL functions that no statement of ours uses. Its table of functions would have the dynamic loader look up
// each of them in the mathematical library at every start of the program, which costs more than all our own start-up work. These take
// their place; whoever comes to use one in SQL finds out at the first test.
#include <cstdlib>

#pragma GCC visibility push(hidden)  // for SQLite in this program only, never for a library that is loaded

extern "C" {

// NOLINTBEGIN
double acos(double) noexcept { std::abort(); }
double acosh(double) noexcept { std::abort(); }
double asin(double) noexcept { std::abort(); }
double asinh(double) noexcept { std::abort(); }
double atan(double) noexcept { std::abort(); }
double atan2(double, double) noexcept { std::abort(); }
double atanh(double) noexcept { std::abort(); }
double cos(double) noexcept { std::abort(); }
double cosh(double) noexcept { std::abort(); }
double exp(double) noexcept { std::abort(); }
double fmod(double, double) noexcept { std::abort(); }
double pow(double, double) noexcept { std::abort(); }
double sin(double) noexcept { std::abort(); }
double sinh(double) noexcept { std::abort(); }
double sqrt(double) noexcept { std::abort(); }
double tan(double) noexcept { std::abort(); }
double tanh(double) noexcept { std::abort(); }
double trunc(double) noexcept { std::abort(); }
// NOLINTEND
}

#pragma GCC visibility pop
