// Notes finished management requests in the audit log, many in one unit of work when many come.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "commands/serve/http/request_log.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

/// Requests are answered without waiting for their event, until `kMostWaiting` wait to be written: from then on an answer waits for its event.
class RequestAudit final : public RequestLog {
 public:
  static constexpr std::size_t kMostSubmitted = 1024;  ///< units of work at once; what comes then goes together with the next one
  static constexpr std::size_t kMostWaiting = 4096;

  explicit RequestAudit(store::Store& store) : store_(store) {}
  ~RequestAudit() override { drain(); }

  void note(const Call& call, unsigned status, UniqueFunction<void()> then) override;
  /// Waits until everything that was noted is durable.
  void drain();

 private:
  struct Note {
    std::string agent;
    AuditEvent event;
    UniqueFunction<void()> then;  ///< empty: was called already
  };
  struct Batch;
  void submit(std::vector<Note> notes);
  void written();

  store::Store& store_;
  std::mutex mutex_;
  std::vector<Note> waiting_;
  std::size_t submitted_ = 0;
};

}  // namespace facio::serve
