// Threads that cannot be started, and what threads throw.
#include <catch2/catch.hpp>
#include <stdexcept>

#include "commands/serve/http/answers.hpp"
#include "commands/serve/lock_levels.hpp"
#include "commands/serve/overload.hpp"
#include "commands/serve/thread.hpp"
#include "commands/serve/trouble.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio::serve {

TEST_CASE("what a thread throws ends the thread alone") {
  auto thread = Thread::start("a test", [] { throw std::runtime_error("thrown"); });
  REQUIRE(thread);
  thread->join();
  CHECK_FALSE(contained("a test", [] { throw 1; }));
  CHECK(contained("a test", [] {}));
}

TEST_CASE("a pool goes on after a task that throws") {
  WorkPool pool(1);
  bool done = false;
  REQUIRE(pool.submit([] { throw std::runtime_error("thrown"); }));
  REQUIRE(pool.submit([&done] { done = true; }));
  pool.stop();
  CHECK(done);
}

TEST_CASE("a refusal for a while tells how long to wait") {
  const Error error = overloaded(Code::throttled, "too much", 7);
  CHECK((error.code() == Code::throttled && error.hint() == "wait 7 s"));
  CHECK(advised_wait(error) == 7);
  CHECK(advised_wait(Error(Code::unavailable, "absent")) == 0);
  CHECK(advised_wait(Error(Code::unavailable, "absent").with_hint("wait for me s")) == 0);
}

#ifdef FACIOCTL_CHECK_REPLIES
TEST_CASE("locks are taken in one order") {
  CHECK(may_take(LockLevel::mask));
  {
    const HeldLock mask(LockLevel::mask);
    CHECK(may_take(LockLevel::store));
    const HeldLock store(LockLevel::store);
    CHECK(may_take(LockLevel::store));
    CHECK_FALSE(may_take(LockLevel::mask));
  }
  CHECK(may_take(LockLevel::mask));
}
#endif

}  // namespace facio::serve
