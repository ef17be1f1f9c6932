#include "cli/output/progress.hpp"

#include "cli/output/render.hpp"

namespace facio {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kSilence(300), kRepaint(200), kLines(30'000);

}  // namespace

Progress::Progress(Output& err, ProgressStyle style, std::string_view what) : err_(err), style_(style), what_(printable(what)) {
  if (style != ProgressStyle::none) thread_ = std::thread([this] { run(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  over_.notify_one();
  thread_.join();
}

void Progress::draw(steady_clock::duration waited) {
  const auto ms = std::chrono::duration_cast<milliseconds>(waited).count();
  std::string text = what_ + " " + std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + "s";
  if (style_ == ProgressStyle::line) {
    const int width = err_.columns();
    if (width > 1) text = shortened(text, width - 1);
    (void)err_.write("\r" + text + "\x1b[K");
  } else {
    (void)err_.write("facioctl: " + text + "\n");
  }
  (void)err_.flush();
}

void Progress::run() {
  const bool line = style_ == ProgressStyle::line;
  const auto begin = steady_clock::now();
  bool drawn = false;
  std::unique_lock lock(mutex_);
  for (auto pause = line ? kSilence : kLines; !over_.wait_for(lock, pause, [this] { return done_; }); pause = line ? kRepaint : kLines) {
    draw(steady_clock::now() - begin);
    drawn = true;
  }
  if (!drawn || !line) return;
  (void)err_.write("\r\x1b[K");
  (void)err_.flush();
}

}  // namespace facio
