#include "commands/serve/thread.hpp"

#include <pthread.h>
#include <system_error>

#include "commands/serve/overload.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::serve {

Result<Thread> Thread::start(std::string_view what, UniqueFunction<void()> body) {
  try {
    return Thread(std::thread([what, body = std::move(body)]() mutable {
      char name[16] = {};  // for top and debuggers
      what.copy(name, sizeof name - 1);
      ::pthread_setname_np(::pthread_self(), name);
      (void)contained(what, body);
      (void)contained(what, [&body] { body = {}; });
    }));
  } catch (const std::system_error&) {
    return fail(overloaded(Code::unavailable, "the system has no thread left for the server"));
  }
}

}  // namespace facio::serve
