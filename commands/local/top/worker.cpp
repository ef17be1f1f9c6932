#include "commands/local/top/worker.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "cli/output/render.hpp"

namespace facio::top {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(300);

/// Signals are for the thread with the screen.
void without_signals() {
  ::sigset_t all;
  ::sigfillset(&all);
  for (const int crash : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::sigdelset(&all, crash);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

Worker::Worker(Client& client, Poller& poller, std::shared_ptr<const Snapshot> first, int every_ms)
    : client_(client), poller_(poller), every_ms_(every_ms), snapshot_(std::move(first)) {
  if (::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) ends_[0] = ends_[1] = -1;
  thread_ = std::thread([this] { run(); });
}

Worker::~Worker() {
  {
    std::unique_lock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
    // An agent that does not answer must not keep a person at a screen that is gone: nothing is left to be done but to end.
    if (!changed_.wait_for(lock, kPatience, [this] { return ended_; })) ::_exit(0);
  }
  thread_.join();
  for (const int end : ends_) ::close(end);
}

std::shared_ptr<const Snapshot> Worker::take(std::string& told) {
  char bytes[64];
  while (::read(ends_[0], bytes, sizeof bytes) > 0) {
  }
  const std::lock_guard lock(mutex_);
  if (!told_.empty()) told = std::exchange(told_, {});
  return snapshot_;
}

void Worker::act(Action action) {
  const std::lock_guard lock(mutex_);
  actions_.push_back(std::move(action));
  changed_.notify_all();
}

void Worker::refresh() {
  const std::lock_guard lock(mutex_);
  at_once_ = true;
  changed_.notify_all();
}

bool Worker::busy() {
  const std::lock_guard lock(mutex_);
  return busy_;
}

std::string Worker::done(const Action& action) {
  auto request = client_.request_to(action.endpoint, action.values, action.body);
  if (!request) return "failed: " + printable(request.error().message());
  const auto response = client_.send(*request);
  if (!response) return "failed: " + printable(response.error().message());
  return "done: " + action.command;
}

void Worker::run() {
  without_signals();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait_for(lock, std::chrono::milliseconds(every_ms_), [this] { return ending_ || at_once_ || !actions_.empty(); });
    if (ending_) break;
    const bool all = std::exchange(at_once_, false) || !actions_.empty();
    std::deque<Action> actions = std::exchange(actions_, {});
    busy_ = true;
    lock.unlock();
    std::string told;
    for (const Action& action : actions) told = done(action);
    if (all) poller_.refresh();
    auto snapshot = poller_.poll();
    lock.lock();
    busy_ = false;
    if (snapshot) snapshot_ = std::move(*snapshot);
    if (!told.empty()) told_ = std::move(told);
    (void)!::write(ends_[1], "", 1);
  }
  ended_ = true;
  changed_.notify_all();
}

}  // namespace facio::top
