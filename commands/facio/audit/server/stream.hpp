// The audit log as server-sent events. A reader of it is a place in the log and no more: after each commit one task, on a thread that is
// there anyway, gives every reader what came since, as much as its connection takes.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "commands/facio/audit/server/service.hpp"

namespace facio {

class AuditStreams : public std::enable_shared_from_this<AuditStreams> {
 public:
  /// Does a task on another thread, soon.
  using Later = UniqueFunction<void(UniqueFunction<void()>)>;
  explicit AuditStreams(Later later) : later_(std::move(later)) {}

  /// A new reader; on a thread that may read. Code::conflict when the log has not the event to go on from.
  Result<std::shared_ptr<serve::BodyStream>> begin(store::AuditReads& reads, std::string agent, AuditService::Streaming wanted);
  /// Something was written, or a connection takes bytes again. From any thread; never waits.
  void wake();
  /// No task is begun any more.
  void end();

 private:
  struct Reader;
  void pump();
  /// False when the reader is through.
  bool feed(Reader& reader);
  void forget(const Reader* reader);
  void say_end(const Reader* reader);

  Later later_;
  store::AuditReads* reads_ = nullptr;
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  bool running_ = false, again_ = false;  ///< there is one task at a time
  bool ended_ = false;
  std::vector<std::shared_ptr<Reader>> readers_;
};

}  // namespace facio
