// Look-ups of names while the name server is silent.
#include <dlfcn.h>
#include <netdb.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "cli/http/connection.hpp"

using namespace facio::http;

namespace {

std::mutex mutex;
std::condition_variable changed;
bool silent = true;

}  // namespace

/// Stands before the system's, which cannot be cancelled either: no answer for one name until the end of the silence.
extern "C" int getaddrinfo(const char* host, const char* port, const addrinfo* hints, addrinfo** found) {
  using Real = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const bool numeric = hints != nullptr && (hints->ai_flags & AI_NUMERICHOST) != 0;
  if (numeric || host == nullptr || std::string_view(host) != "silent.test") return real(host, port, hints, found);
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return !silent; });
  return EAI_NONAME;
}

TEST_CASE("look-ups that nobody waits for any more are bounded") {
  Address address;
  address.host = "silent.test";
  address.port = "80";
  const auto failure_of = [&address](std::chrono::milliseconds most) {
    const auto found = resolve(address, std::chrono::steady_clock::now() + most);
    REQUIRE_FALSE(found);
    return found.error().message;
  };
  for (int i = 0; i < 64; ++i) REQUIRE_THAT(failure_of({}), Catch::Contains("took too long"));
  CHECK_THAT(failure_of(std::chrono::seconds(60)), Catch::Contains("too many name lookups"));
  {
    const std::lock_guard lock(mutex);
    silent = false;
  }
  changed.notify_all();
  std::string last;
  while ((last = failure_of(std::chrono::seconds(60))).find("too many name lookups") != std::string::npos) std::this_thread::yield();
  CHECK_THAT(last, Catch::Contains("cannot be resolved"));
}
