#include "commands/serve/runtime/request_audit.hpp"

#include <memory>

#include "commands/serve/http/ticks.hpp"
#include "commands/serve/runtime/runtime.hpp"

namespace facio::serve {

/// What one unit of work writes. It ends when the store lets go of the work, whatever became of it.
struct RequestAudit::Batch {
  Batch(RequestAudit& audit, std::vector<Note> all) : owner(audit), notes(std::move(all)) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() {
    for (Note& note : notes)
      if (note.then) note.then();
    owner.written();
  }
  RequestAudit& owner;
  std::vector<Note> notes;
};

void RequestAudit::note(const Call& call, unsigned status, UniqueFunction<void()> then) {
  std::vector<Note> notes;
  notes.push_back({std::string(call.agent), api_request_event(call, status, (ticks_us() - call.received_ticks_us) / 1000), {}});
  {
    const std::lock_guard lock(mutex_);
    if (submitted_ < kMostSubmitted) {
      ++submitted_;
    } else {
      if (waiting_.size() >= kMostWaiting) notes.front().then = std::exchange(then, {});
      waiting_.push_back(std::move(notes.front()));
      notes.clear();
    }
  }
  if (!notes.empty()) submit(std::move(notes));
  if (then) then();
}

/// Nobody waits for it, so the store may give it company.
void RequestAudit::submit(std::vector<Note> notes) {
  store_.submit(
      [batch = std::make_unique<Batch>(*this, std::move(notes))](store::Transaction& tx) -> Status {
        for (const Note& note : batch->notes)
          if (auto status = tx.append_audit(note.agent, note.event); !status) return status;
        return {};
      },
      {});
}

/// A unit of work has ended: its place goes to everything that waits.
void RequestAudit::written() {
  std::vector<Note> notes;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      --submitted_;
      return;
    }
    notes.swap(waiting_);
  }
  submit(std::move(notes));
}

void RequestAudit::drain() {
  while (true) {
    (void)store_.drain();
    const std::lock_guard lock(mutex_);
    if (submitted_ == 0) return;
  }
}

}  // namespace facio::serve
