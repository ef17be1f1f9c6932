// Notes finished management requests in the audit log.
#pragma once

#include "commands/serve/http/request_log.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {

/// Requests are answered without waiting for their event. When requests come faster than the disk takes their events, and thousands
/// wait, answers wait for theirs: no thread does, and memory is bounded by the number of connections.
class RequestAudit final : public RequestLog {
 public:
  explicit RequestAudit(store::Store& store) : store_(store) {}

  void note(const Call& call, unsigned status, UniqueFunction<void()> then) override;
  /// Waits until everything that was noted is durable.
  void drain() { (void)store_.drain(); }

 private:
  store::Store& store_;
};

}  // namespace facio::serve
