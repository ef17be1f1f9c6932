// The one way to start a thread in the server: what it throws ends the thread and not the process, and to have none left is an answer.
#pragma once

#include <string_view>
#include <thread>

#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"

namespace facio::serve {

class Thread {
 public:
  Thread() = default;
  /// Runs `body` on a new thread; `what`, a literal, names it in reports: "the agent loop". Code::unavailable when none can be started;
  /// `body` is gone then.
  static Result<Thread> start(std::string_view what, UniqueFunction<void()> body);

  [[nodiscard]] bool joinable() const { return thread_.joinable(); }
  [[nodiscard]] std::thread::id id() const { return thread_.get_id(); }
  void join() { thread_.join(); }
  void detach() { thread_.detach(); }

 private:
  explicit Thread(std::thread thread) : thread_(std::move(thread)) {}
  std::thread thread_;
};

}  // namespace facio::serve
