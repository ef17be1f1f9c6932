#include "commands/serve/cancel.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <chrono>

#include "cli/http/connection.hpp"

namespace facio::serve {

Cancel::Cancel() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Cancel::cancel(std::string_view why, Code code) {
  const std::lock_guard lock(mutex_);
  if (!why_.empty()) return;
  why_ = why.empty() ? "it was stopped" : why;
  code_ = code;
  (void)::eventfd_write(fd(), 1);
}

bool Cancel::cancelled() const {
  const std::lock_guard lock(mutex_);
  return !why_.empty();
}

std::string Cancel::why() const {
  const std::lock_guard lock(mutex_);
  return why_;
}

Error Cancel::error() const {
  const std::lock_guard lock(mutex_);
  return {code_, why_};
}

bool Cancel::pause(std::int64_t milliseconds) const {
  return !http::wait_for(fd(), false, std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds));
}

AnyOf::AnyOf(std::initializer_list<int> descriptors) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  for (const int descriptor : descriptors) {
    if (descriptor < 0) continue;
    epoll_event event{};
    event.events = EPOLLIN;
    (void)::epoll_ctl(fd(), EPOLL_CTL_ADD, descriptor, &event);
  }
}

}  // namespace facio::serve
