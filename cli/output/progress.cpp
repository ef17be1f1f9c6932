#include "cli/output/progress.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "cli/output/cells.hpp"
#include "cli/output/render.hpp"

namespace facio {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kSilence(300), kRepaint(200), kLines(30'000);

std::string seconds_since(Clock::time_point begin) {
  const auto ms = std::chrono::duration_cast<milliseconds>(Clock::now() - begin).count();
  return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + "s";
}

}  // namespace

struct Progress::Impl {
  Output& err;
  const ProgressStyle style;
  const std::string what;
  std::mutex mutex{};
  std::condition_variable over{};
  bool done = false;
  std::thread thread{};

  void tell(Clock::time_point begin) {
    std::string text = what + " " + seconds_since(begin);
    if (style == ProgressStyle::line) {
      const int width = err.columns();
      if (width > 1) text = output::shortened(text, width - 1);
      (void)err.write("\r" + text + "\x1b[K");
    } else {
      (void)err.write("facioctl: " + text + "\n");
    }
    (void)err.flush();
  }

  void run() {
    const auto begin = Clock::now();
    bool painted = false;
    std::unique_lock lock(mutex);
    for (auto pause = style == ProgressStyle::line ? kSilence : kLines; !over.wait_for(lock, pause, [this] { return done; });
         pause = style == ProgressStyle::line ? kRepaint : kLines) {
      tell(begin);
      painted = true;
    }
    if (!painted || style != ProgressStyle::line) return;
    (void)err.write("\r\x1b[K");
    (void)err.flush();
  }
};

Progress::Progress(Output& err, ProgressStyle style, std::string_view what) {
  if (style == ProgressStyle::none) return;
  impl_.reset(new Impl{err, style, printable(what)});
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

Progress::~Progress() {
  if (!impl_) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->done = true;
  }
  impl_->over.notify_one();
  impl_->thread.join();
}

}  // namespace facio
