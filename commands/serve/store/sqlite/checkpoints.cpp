#include "commands/serve/store/sqlite/checkpoints.hpp"

#include <optional>

#include "commands/serve/trouble.hpp"

namespace facio::store {
namespace {

// A checkpoint is worthwhile from this many pages (of 4 KiB).
constexpr int kWorthCopying = 1000;
// From this length on, the log should restart.
constexpr int kLong = 4096;

std::optional<int> copied_by(Database& database) {
  const auto done = database.checkpoint();
  return done && !done->busy ? std::optional(done->copied) : std::nullopt;
}

}  // namespace

Checkpoints::Checkpoints(Database& writer, std::string path)
    : writer_(writer), path_(std::move(path)), grown_([this](int pages) { on_grown(pages); }) {
  writer_.watch_log(grown_);
}

Checkpoints::~Checkpoints() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

/// On the writer's thread, after a commit. A failed checkpoint is retried once the log has grown further; nothing is lost meanwhile.
void Checkpoints::on_grown(int pages) {
  if (busy_.load(std::memory_order_acquire)) return;
  const int result = result_.exchange(0, std::memory_order_relaxed);
  if (result != 0) copied_ = result;
  if (copied_ > pages) copied_ = 0;  // the log has restarted
  // Without a result the thread has failed or cannot keep up; then the writer bounds the log itself.
  if (pages >= kLong && (result != 0 || pages >= 2 * kLong)) {
    copied_ = copied_by(writer_).value_or(copied_);
  } else if (pages - copied_ >= kWorthCopying) {
    copy_beside();
  }
}

void Checkpoints::copy_beside() {
  if (!thread_.joinable()) {
    auto thread = serve::Thread::start("the checkpoints of the store", [this] { loop(); });
    if (!thread) {
      copied_ = copied_by(writer_).value_or(copied_);
      return;
    }
    thread_ = std::move(*thread);
  }
  busy_.store(true, std::memory_order_relaxed);
  {
    const std::lock_guard guard(mutex_);
    wanted_ = true;
  }
  wake_.notify_one();
}

void Checkpoints::loop() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return wanted_ || stopping_; });
      if (stopping_) return;
      wanted_ = false;
    }
    (void)serve::contained("the checkpoints of the store", [this] {
      if (!database_) {
        if (auto opened = Database::open(path_)) database_ = std::move(*opened);
      }
      if (database_) result_.store(copied_by(*database_).value_or(0), std::memory_order_relaxed);
    });
    busy_.store(false, std::memory_order_release);
  }
}

}  // namespace facio::store
