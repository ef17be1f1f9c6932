// SQLite has mathematical SQL functions that no statement here uses. Its table of functions would make the dynamic loader look up each of
// them in libm at every start, which costs more than all other start-up work. These replace them; using one in SQL fails the first test.
#include <cstdlib>

// For SQLite in this program only, never for loaded libraries: libjq must find those of libm. Attributes do not hide what the compiler has
// declared itself.
__asm__(".hidden acos, acosh, asin, asinh, atan, atan2, atanh, cos, cosh, exp, fmod, pow, sin, sinh, sqrt, tan, tanh, trunc");

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
