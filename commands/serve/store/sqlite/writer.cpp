#include "commands/serve/store/sqlite/writer.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>

#include "cli/core/files.hpp"
#include "cli/core/time.hpp"
#include "commands/serve/lock_levels.hpp"
#include "commands/serve/overload.hpp"
#include "commands/serve/store/sqlite/transaction.hpp"
#include "commands/serve/trouble.hpp"

namespace facio::store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kMostQueued = 16384;
constexpr std::size_t kMostInGroup = 1024;
// So many events make a group without waiting for more; a slow disk makes larger ones (Writer::finish).
constexpr std::size_t kManyNotes = 512;
// So many answered requests may have unwritten events before further answers wait.
constexpr std::size_t kMostNotes = 8192;
// Work that nobody waits for (events about reads) is delayed this long, so that one fsync serves many.
constexpr std::chrono::milliseconds kPatience{10};
// Between attempts to write events to a failing disk.
constexpr std::chrono::milliseconds kRest{100};
// For another program that reads or checkpoints the store while it is being opened; as long as SQLite waits for the locks of others.
constexpr std::chrono::seconds kLongestSettling{5};

template <class Call>
void safely(Call&& call) {
  (void)serve::contained("what follows a change", std::forward<Call>(call));
}

AuditEvent lost_event(std::int64_t count) {
  AuditEvent event;
  event.event = "audit_lost";
  event.status = "error";
  event.message = std::to_string(count) + " events were lost because of I/O errors on the store's disk, or because its memory was full";
  return event;
}

}  // namespace

Writer::Writer(Database& database, std::recursive_mutex* turn, Versions& versions, AuditEnds& ends, std::int64_t most_bytes)
    : database_(database),
      turn_(turn),
      most_bytes_(most_bytes),
      versions_(versions),
      settled_(turn != nullptr),
      chain_(database, ends),
      most_notes_(kManyNotes) {}

Status Writer::start(const std::string& directory) {
  unsynced_ = directory;
  return serve::Thread::start("the store", [this] { loop(); }).map([this](serve::Thread thread) { thread_ = std::move(thread); });
}

Writer::~Writer() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  filled_.notify_all();
  emptied_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Writer::submit(UniqueFunction<Status(Transaction&)> work, UniqueFunction<void(Status)> done) {
  std::unique_lock lock(mutex_);
  if (std::this_thread::get_id() != thread_.id() && queue_.size() >= kMostQueued) {
    ++waiting_;
    emptied_.wait(lock, [this] { return queue_.size() < kMostQueued || stopping_; });
    --waiting_;
  }
  const bool waits = static_cast<bool>(done);
  if (waits) ++waited_for_;
  const bool first = queue_.empty() && notes_.empty();
  queue_.push_back(Job{.work = std::move(work), .done = std::move(done), .after = taken_ + notes_.size()});
  // The writer sleeps only while there is nothing, or nothing urgent, so it need not be woken for each job.
  const bool wake = first || (waits && waited_for_ == 1) || queue_.size() == kMostInGroup;
  lock.unlock();
  if (wake) filled_.notify_one();
}

void Writer::note(std::string_view agent, AuditEvent event, UniqueFunction<void()> then) {
  Note note{.agent = std::string(agent), .ts_ms = now_ms(), .event = std::move(event)};
  std::unique_lock lock(mutex_);
  const bool first = queue_.empty() && notes_.empty();
  if (notes_.size() - held_.size() >= kMostNotes) held_.push_back(std::exchange(then, {}));
  notes_.push_back(std::move(note));
  const bool wake = first || notes_.size() == kManyNotes;
  lock.unlock();
  if (wake) filled_.notify_one();
  if (then) then();
}

Writer::Group Writer::take() {
  std::unique_lock lock(mutex_);
  if (kept_.empty()) {
    filled_.wait(lock, [this] { return !queue_.empty() || !notes_.empty() || stopping_; });
    filled_.wait_for(lock, kPatience,
                     [this] { return waited_for_ > 0 || queue_.size() >= kMostInGroup || notes_.size() >= kManyNotes || stopping_; });
  } else {
    filled_.wait_for(lock, kRest, [this] { return waited_for_ > 0 || stopping_; });
  }
  Group group;
  take_notes(group);
  take_jobs(group.jobs);
  group.last = stopping_ && queue_.empty() && notes_.empty();
  const bool tell = waiting_ > 0;
  lock.unlock();
  if (tell) emptied_.notify_all();
  return group;
}

/// While the disk fails, all of them: answers do not wait for it.
void Writer::take_notes(Group& group) {
  if (notes_.size() <= most_notes_ || !kept_.empty()) {
    group.notes.swap(notes_);
  } else {
    const auto end = notes_.begin() + static_cast<std::ptrdiff_t>(most_notes_);
    std::move(notes_.begin(), end, std::back_inserter(group.notes));
    notes_.erase(notes_.begin(), end);
  }
  taken_ += group.notes.size();
  while (!held_.empty() && notes_.size() < kMostNotes + held_.size()) {
    group.free.push_back(std::move(held_.front()));
    held_.pop_front();
  }
}

void Writer::take_jobs(Jobs& taken) {
  while (!queue_.empty() && taken.size() < kMostInGroup && queue_.front().after <= taken_) {
    if (queue_.front().done) --waited_for_;
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
}

void Writer::loop() {
  (void)settle();  // if that fails, the first group tries again
  for (bool goes_on = true; goes_on;)
    if (!serve::contained("the store", [&] { goes_on = round(); })) std::this_thread::yield();
}

/// One group; false when it was the last.
bool Writer::round() {
  Group group = take();
  for (auto& then : group.free)
    if (then) safely(then);
  const bool nothing = group.jobs.empty() && group.notes.empty() && kept_.empty();
  if (!nothing) commit(group);
  return !nothing || !group.last;
}

void Writer::commit(Group& group) {
  {
    std::unique_lock<std::recursive_mutex> turn;
    if (turn_ != nullptr) turn = std::unique_lock(*turn_);
    Touched touched;
    Status written;
    const std::int64_t lost = lost_;
    try {
      written = write(group, touched);
    } catch (const std::exception& thrown) {
      written = fail(Code::internal, std::string("the store failed: ") + thrown.what());
    }
    if (written) {
      chain_.publish();
      if (touched.cron) versions_.cron.fetch_add(1, std::memory_order_release);
      if (touched.sessions) versions_.sessions.fetch_add(1, std::memory_order_release);
      kept_.clear();
    } else {
      (void)database_.execute("ROLLBACK");
      lost_ = lost;
      chain_.forget();
      jobs_.forget();
      for (Job& job : group.jobs)
        if (job.result) job.result = written;
      keep(group.notes, group.last);
    }
  }
  {
    const std::lock_guard guard(listener_mutex_);
    if (listener_) safely(listener_);
  }
  tell(group.jobs);
}

/// A callback that throws can neither undo what is durable nor stop the writer.
void Writer::tell(Jobs& jobs) {
  for (Job& job : jobs)
    if (job.done) safely([&job] { job.done(std::move(job.result)); });
}

/// The group was not written: keeps its events for the next attempt, the oldest first. Answers do not wait for a failing disk.
void Writer::keep(Notes& notes, bool last) {
  if (last) return kept_.clear();
  for (Note& note : notes) {
    if (kept_.size() < kMostNotes) kept_.push_back(std::move(note));
    else ++lost_;
  }
}

Status Writer::execute(std::string_view sql) { return database_.run(sql); }

/// A new file was made without waiting for the disk, and a log file is useless beside a database without its first page. So the file is
/// synced before anything is added, while the rest of the start goes on.
Status Writer::settle() {
  if (!unsynced_.empty() && !sync_name(unsynced_)) return fail(Code::output, "cannot write " + unsynced_ + ": " + system_reason(errno));
  unsynced_.clear();
  for (const auto end = Steady::now() + kLongestSettling; !settled_;) {
    const auto done = database_.checkpoint();
    if (!done) return fail(done.error());
    settled_ = !done->busy && done->copied >= done->pages;
    if (settled_) break;
    if (Steady::now() >= end) return fail(serve::overloaded(Code::unavailable, "the store is busy: another program uses its files"));
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, kRest / 10, [this] { return stopping_; });
  }
  return {};
}

Status Writer::write(Group& group, Touched& touched) {
  if (auto status = settle(); !status) return status;
  const auto begun = Steady::now();
  if (auto status = execute("BEGIN IMMEDIATE"); !status) return status;
  // Events first: work that was submitted after an event must find it.
  const std::int64_t lost_before = lost_;
  if (auto status = write_notes(kept_); !status) return status;
  if (auto status = write_lost(); !status) return status;
  if (auto status = write_notes(group.notes); !status) return status;
  const bool alone = group.jobs.size() == 1 && group.notes.empty() && kept_.empty() && lost_before == 0;
  for (Job& job : group.jobs)
    if (auto status = write_job(job, alone, touched); !status) return status;
  if (auto status = chain_.save_ends(); !status) return status;
  return finish(group.notes.size(), begun);
}

/// The next group may have so many events that writing them takes twice as long as waiting for the disk did now, so that the disk is not
/// what the events wait for. Beyond that small groups are better: each makes room for answers.
Status Writer::finish(std::size_t notes, Steady::time_point begun) {
  const auto written = Steady::now();
  if (auto status = execute("COMMIT"); !status) return status;
  if (notes < kManyNotes) return {};
  const double each = std::chrono::duration<double>(written - begun).count() / static_cast<double>(notes);
  const double wait = std::chrono::duration<double>(Steady::now() - written).count();
  most_notes_ = static_cast<std::size_t>(std::clamp(2 * wait / each, double{kManyNotes}, double{kMostNotes}));
  return {};
}

/// What the store in memory holds.
Result<std::int64_t> Writer::used_bytes() {
  auto pages =
      database_.query("SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size")
          .first_integer();
  return pages.map([](std::optional<std::int64_t> bytes) { return bytes.value_or(0); });
}

Result<bool> Writer::is_full() {
  if (most_bytes_ == 0) return false;
  return used_bytes().map([this](std::int64_t used) { return used >= most_bytes_; });
}

/// Whether a unit of work fits into memory: what frees some, or needs none, always does.
Status Writer::check_growth(std::int64_t before) {
  auto after = used_bytes();
  if (!after) return fail(std::move(after.error()));
  if (*after <= most_bytes_ || *after <= before) return {};
  return fail(Code::unavailable, "the store in memory is full: it contains " + std::to_string(most_bytes_ >> 20) +
                                     " MiB; delete something, or start the server with a larger --memory-limit, or with --data");
}

Status Writer::write_lost() {
  if (lost_ == 0) return {};
  auto full = is_full();
  if (!full || *full) return full ? Status{} : fail(std::move(full.error()));
  AuditEvent event = lost_event(lost_);
  auto status = chain_.append_at(kept_.empty() ? "main" : kept_.front().agent, now_ms(), event);
  if (status) lost_ = 0;
  return status;
}

/// A failure is one of the whole group: these events are always valid. For those that nobody waits for there is no room in a full memory.
Status Writer::write_notes(Notes& notes) {
  auto full = notes.empty() ? Result<bool>(false) : is_full();
  if (!full) return fail(std::move(full.error()));
  if (*full) {
    lost_ += static_cast<std::int64_t>(notes.size());
    return {};
  }
  chain_.begin_work();
  for (Note& note : notes)
    if (auto status = chain_.append_at(note.agent, note.ts_ms, note.event); !status) return status;
  return {};
}

/// The outcome of the work itself goes to job.result; an error returned is one of the whole group. Work that is `alone` in its group needs
/// no savepoint: if it fails, the group is rolled back.
Status Writer::write_job(Job& job, bool alone, Touched& touched) {
  if (!alone)
    if (auto status = execute("SAVEPOINT work"); !status) return status;
  chain_.begin_work();
  jobs_.begin_work();
  SqliteTransaction transaction(database_, chain_, jobs_, touched);
  const serve::HeldLock held(serve::LockLevel::store);
  try {
    auto before = most_bytes_ == 0 ? Result<std::int64_t>(0) : used_bytes();
    job.result = before ? job.work(transaction) : fail(std::move(before.error()));
    if (job.result && most_bytes_ != 0) job.result = check_growth(*before);
  } catch (const std::exception& thrown) {
    job.result = fail(Code::internal, std::string("a change failed: ") + thrown.what());
  } catch (...) {
    job.result = fail(Code::internal, "a change failed");
  }
  if (job.result) return alone ? Status{} : execute("RELEASE work");
  if (alone) return job.result;
  chain_.undo_work();
  jobs_.undo_work();
  if (auto status = execute("ROLLBACK TO work"); !status) return status;
  return execute("RELEASE work");
}

}  // namespace facio::store
