// Changes of what is not in the store: files of the workspace, mcp.json, skills, the repository of the versions, other agents.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/audit/shapes.hpp"
#include "commands/serve/alarm_clock.hpp"

namespace facio {
class WorkspaceFiles;
namespace store {
class Store;
class Transaction;
}  // namespace store
}  // namespace facio

namespace facio::serve {

/// What is to be seen in the workspace when a change was made.
struct Trace {
  std::string path, after;

  static Trace file(std::string path, std::string_view bytes);
  static Trace gone(std::string path);
  /// A directory that was put in place; `identity` as of WorkspaceFiles::identity().
  static Trace directory(std::string path, std::string identity);

  static constexpr ShapeHead shape{"Trace", "What is to be seen when a change was made"};
  static constexpr auto fields() { return Fields{field("path", &Trace::path, "where"), field("after", &Trace::after, "what")}; }
};

/// What waits for the store, and what an ended process has left. Safe from any thread; all calls block.
class OutsideChanges {
 public:
  OutsideChanges(store::Store& store, const WorkspaceFiles& files) : store_(store), files_(files) {}
  ~OutsideChanges() { stop(); }
  OutsideChanges(const OutsideChanges&) = delete;
  OutsideChanges& operator=(const OutsideChanges&) = delete;

  /// Settles the changes that a process had begun when it ended: the event of what was done if it is to be seen, otherwise one that says
  /// that the change was not recorded. To be called before the first request.
  Status recover(std::string_view agent);
  /// Makes a last attempt to record what waits. The next start settles the rest.
  void stop();

 private:
  friend class OutsideChange;
  struct Waiting {
    std::string agent, id;
    std::vector<AuditEvent> events;
  };
  void record_later(Waiting one);
  bool record_waiting();

  store::Store& store_;
  const WorkspaceFiles& files_;
  std::mutex mutex_;  ///< guards what follows
  std::vector<Waiting> waiting_;
  AlarmClock alarm_;
  bool started_ = false;
};

/// One of them. The store and what is outside of it cannot be changed as one, so that there are three steps, and no other way:
///   1. begin(): the intent is durable; where it cannot be, nothing is done
///   2. the change
///   3. end(), in the unit of work with the events of what was done; or give_up(), when it failed
/// Whatever ends between them, no change is without an event: it is written later, by this process or the next one. (A tool's change in a
/// turn is noted by the turn's journal in the same way.)
class OutsideChange {
 public:
  /// `request`: the event of the request that asks for it, as of one that was not answered.
  OutsideChange(OutsideChanges& all, std::string_view agent, std::string id, AuditEvent request);

  /// `done`: the event, if the change was made and its maker has ended; `traces`: how that is seen. Once for each change. Fails as the
  /// store does.
  Status begin(std::optional<AuditEvent> done = std::nullopt, std::vector<Trace> traces = {});
  [[nodiscard]] bool begun() const { return begun_; }
  Status end(store::Transaction& tx) const;
  /// It failed; what is to be seen of it all the same is recorded.
  void give_up();
  /// The unit of work failed: these events, and that of the request, are written as soon as the store can.
  void record_later(std::vector<AuditEvent> events);

 private:
  OutsideChanges& all_;
  std::string agent_, id_;
  AuditEvent request_;
  std::optional<AuditEvent> done_;
  std::vector<Trace> traces_;
  bool begun_ = false;
};

}  // namespace facio::serve
