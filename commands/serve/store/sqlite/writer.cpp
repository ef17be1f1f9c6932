#include "commands/serve/store/sqlite/writer.hpp"

#include <chrono>
#include <exception>

#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {
namespace {

constexpr std::size_t kMostQueued = 16384;
constexpr std::size_t kMostInGroup = 1024;
// Work that nobody waits for (events about reads) may wait this long for company: one fsync for many.
constexpr std::chrono::milliseconds kPatience{10};

}  // namespace

Writer::Writer(Database& database, std::recursive_mutex* turn, std::atomic<std::uint64_t>& cron_version)
    : database_(database), turn_(turn), cron_version_(cron_version), chain_(database), thread_([this] { loop(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  filled_.notify_all();
  thread_.join();
}

void Writer::submit(UniqueFunction<Status(Transaction&)> work, UniqueFunction<void(Status)> done) {
  std::unique_lock lock(mutex_);
  if (std::this_thread::get_id() != thread_.get_id()) emptied_.wait(lock, [this] { return queue_.size() < kMostQueued || stopping_; });
  const bool waits = static_cast<bool>(done);
  if (waits) ++waited_for_;
  queue_.push_back(Job{std::move(work), std::move(done)});
  const bool wake = queue_.size() == 1 || (waits && waited_for_ == 1) || queue_.size() == kMostInGroup;
  lock.unlock();
  if (wake) filled_.notify_one();
}

void Writer::loop() {
  for (;;) {
    Group group = take();
    if (group.empty()) return;
    commit(group);
  }
}

Writer::Group Writer::take() {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, [this] { return !queue_.empty() || stopping_; });
  filled_.wait_for(lock, kPatience, [this] { return waited_for_ > 0 || queue_.size() >= kMostInGroup || stopping_; });
  Group group;
  if (queue_.size() <= kMostInGroup) {
    group.swap(queue_);
    waited_for_ = 0;
  } else {
    for (std::size_t i = 0; i < kMostInGroup; ++i) {
      if (queue_.front().done) --waited_for_;
      group.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }
  lock.unlock();
  emptied_.notify_all();
  return group;
}

void Writer::commit(Group& group) {
  {
    std::unique_lock<std::recursive_mutex> turn;
    if (turn_ != nullptr) turn = std::unique_lock(*turn_);
    bool cron_changed = false;
    const Status written = write(group, cron_changed);
    if (!written) {
      (void)database_.execute("ROLLBACK");
      chain_.forget();
      for (Job& job : group)
        if (job.result) job.result = written;
    } else if (cron_changed) {
      cron_version_.fetch_add(1, std::memory_order_release);
    }
  }
  for (Job& job : group) {
    if (!job.done) continue;
    try {
      job.done(std::move(job.result));
    } catch (const std::exception&) {
      // The change is durable; a listener that fails cannot undo it, nor stop the writer.
    }
  }
}

Status Writer::write(Group& group, bool& cron_changed) {
  if (auto begun = database_.execute("BEGIN IMMEDIATE"); !begun) return begun;
  for (Job& job : group)
    if (auto status = write_one(job, cron_changed); !status) return status;
  return database_.execute("COMMIT");
}

// The outcome of the work itself goes to job.result; what is returned is a failure of the whole group.
Status Writer::write_one(Job& job, bool& cron_changed) {
  const auto execute = [this](std::string_view sql) -> Status {
    auto statement = database_.prepare(sql);
    if (!statement) return fail(std::move(statement.error()));
    return statement->run();
  };
  if (auto status = execute("SAVEPOINT work"); !status) return status;
  chain_.begin_work();
  SqliteTransaction transaction(database_, chain_);
  try {
    job.result = job.work(transaction);
  } catch (const std::exception& thrown) {
    job.result = fail(Code::internal, std::string("a change failed: ") + thrown.what());
  }
  if (job.result) {
    cron_changed = cron_changed || transaction.cron_changed();
  } else {
    chain_.undo_work();
    if (auto status = execute("ROLLBACK TO work"); !status) return status;
  }
  return execute("RELEASE work");
}

}  // namespace facio::store
