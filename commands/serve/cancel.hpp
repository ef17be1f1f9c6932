// Cancellation of work that blocks.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/core/error.hpp"
#include "cli/core/files.hpp"

namespace facio::serve {

/// One for each piece of work that may be stopped. Safe from any thread. Everything that blocks for the work also waits for fd(): a tool, a
/// model, an approval.
class Cancel {
 public:
  Cancel();

  /// Cancels the work; the first reason counts: "it was stopped by hand". Code::timeout: its time is over.
  void cancel(std::string_view why, Code code = Code::unavailable);
  [[nodiscard]] bool cancelled() const;
  /// The reason; empty while the work goes on.
  [[nodiscard]] std::string why() const;
  /// The same as a failure. Requires: cancelled().
  [[nodiscard]] Error error() const;
  /// A descriptor for poll() that becomes readable when the work is cancelled, and stays so.
  [[nodiscard]] int fd() const { return event_.get(); }
  /// Waits; false if the work was cancelled before the time was over.
  [[nodiscard]] bool pause(std::int64_t milliseconds) const;

 private:
  Descriptor event_;
  mutable std::mutex mutex_;
  std::string why_;
  Code code_ = Code::unavailable;
};

/// One descriptor that is readable when any of several is, for calls that take only one. -1 among them is ignored.
class AnyOf {
 public:
  AnyOf(std::initializer_list<int> descriptors);
  [[nodiscard]] int fd() const { return epoll_.get(); }

 private:
  Descriptor epoll_;
};

}  // namespace facio::serve
