// The main function of every unit test program; compiled once.
#define CATCH_CONFIG_MAIN
#define CATCH_CONFIG_NO_POSIX_SIGNALS  // a sanitizer tells more about a crash, and a handler that allocates would hide it
#include <catch2/catch.hpp>
