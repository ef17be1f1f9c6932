#include "cli/output/progress.hpp"

#include <csignal>

#include "cli/output/render.hpp"

namespace facio {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kSilence(300), kRepaint(200), kLines(30'000);

/// Starts a thread that gets no signal: those are for the thread that waits.
template <class Work>
std::thread deaf_thread(Work work) {
  ::sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread thread(work);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

Progress::Progress(Output& err, ProgressStyle style, Wait wait) : err_(err), style_(style), wait_(std::move(wait)) {
  const bool now = wait_.is_long.count() == 0 && style != ProgressStyle::none;
  if (now && style == ProgressStyle::line) draw({});
  else if (now) print();
  if (style != ProgressStyle::none && !(now && style == ProgressStyle::once)) thread_ = deaf_thread([this] { run(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  over_.notify_one();
  thread_.join();
  if (style_ == ProgressStyle::line) (void)err_.draw({});
}

void Progress::change(std::string what) {
  const std::lock_guard lock(mutex_);
  if (what == wait_.what) return;
  wait_.what = std::move(what);
  wait_.late.clear();
  if (style_ == ProgressStyle::lines) print();
}

std::string Progress::text(steady_clock::duration waited, bool with_time) const {
  const bool is_long = waited >= wait_.is_long;
  std::string text = is_long && !wait_.late.empty() ? wait_.late : wait_.what;
  const auto ms = std::chrono::duration_cast<milliseconds>(waited).count();
  if (with_time) text += " " + std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + "s";
  if (is_long && !wait_.ending.empty()) text += "; " + wait_.ending;
  return printable(text);
}

void Progress::draw(steady_clock::duration waited) {
  std::string line = text(waited, true);
  const int width = err_.columns();
  if (width > 1) line = shortened(line, width - 1);
  (void)err_.draw(line);
}

void Progress::print() {
  (void)err_.write("facioctl: " + text(wait_.is_long, false) + "\n");
  (void)err_.flush();
}

void Progress::run() {
  const bool line = style_ == ProgressStyle::line;
  const auto begin = steady_clock::now();
  std::unique_lock lock(mutex_);
  for (auto pause = line                         ? kSilence
                    : wait_.is_long.count() == 0 ? kLines
                                                 : wait_.is_long;
       !over_.wait_for(lock, pause, [this] { return done_; }); pause = line ? kRepaint : kLines) {
    if (line) draw(steady_clock::now() - begin);
    else print();
    if (style_ == ProgressStyle::once) return;
  }
}

}  // namespace facio
