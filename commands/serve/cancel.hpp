// Ends what somebody waits for: one for each piece of work that may be stopped.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>

namespace facio::serve {

/// Safe from any thread. Everything that blocks for the work waits for fd() too: a tool, a model, an approval.
class Cancel {
 public:
  Cancel();
  ~Cancel();
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;

  /// The work is to end; the first reason counts: "it was stopped by hand".
  void cancel(std::string_view why);
  [[nodiscard]] bool cancelled() const;
  /// Why; empty while the work goes on.
  [[nodiscard]] std::string why() const;
  /// A descriptor that can be read once the work is to end, for poll(). Nobody reads it.
  [[nodiscard]] int fd() const { return fd_; }
  /// Waits; false when the work was cancelled before the time was over.
  [[nodiscard]] bool pause(std::int64_t milliseconds) const;

 private:
  int fd_;
  mutable std::mutex mutex_;
  std::string why_;
};

/// One descriptor that can be read when any of several can, for calls that take only one. -1 among them is left out.
class AnyOf {
 public:
  AnyOf(std::initializer_list<int> descriptors);
  ~AnyOf();
  AnyOf(const AnyOf&) = delete;
  AnyOf& operator=(const AnyOf&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace facio::serve
