// Durable state, keyed by agent. Reads may be called from any thread and see every change that was acknowledged before. All changes go
// through one writer, which commits them in groups.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/core/merkle.hpp"
#include "cli/core/result.hpp"
#include "cli/core/unique_function.hpp"
#include "commands/facio/audit/shapes.hpp"
#include "commands/facio/cron/shapes.hpp"
#include "commands/facio/sessions/shapes.hpp"
#include "commands/facio/usage/shapes.hpp"

namespace facio::store {

/// The settings document of an agent: only what differs from the defaults, as JSON text.
class SettingsReads {
 public:
  virtual ~SettingsReads() = default;
  virtual Result<std::optional<std::string>> load(std::string_view agent) = 0;
};

/// A small JSON document that an area stores under an id; it is never searched.
struct Document {
  std::string id;
  std::string json;
};

/// Documents by collection ("credential", "peer", …) and id.
class DocumentReads {
 public:
  virtual ~DocumentReads() = default;
  /// All documents of a collection, by id.
  virtual Result<std::vector<Document>> list(std::string_view agent, std::string_view collection) = 0;
  virtual Result<std::optional<std::string>> get(std::string_view agent, std::string_view collection, std::string_view id) = 0;
};

class CronReads {
 public:
  virtual ~CronReads() = default;
  /// Every job, by name then id.
  virtual Result<std::vector<CronJob>> list(std::string_view agent) = 0;
  /// The same as the text of a JSON array, without building the jobs.
  virtual Result<std::string> list_json(std::string_view agent, std::int64_t& count) = 0;
  virtual Result<std::optional<CronJob>> get(std::string_view agent, std::string_view id) = 0;
  /// Every agent that has jobs.
  virtual Result<std::vector<std::string>> agents() = 0;
};

/// Filters and order of GET /audit; `ts` is the order in which events were written. Empty vectors: no filter. Times are epoch milliseconds,
/// both inclusive.
struct AuditQuery {
  std::optional<std::int64_t> from_ms, to_ms;
  std::int64_t limit = 100;
  std::int64_t offset = 0;
  std::string sort_by = "ts";
  bool ascending = false;
  std::int64_t after_seq = 0;  ///< only events after this one
  std::vector<std::string> trace_id, turn_id, parent_run_id, channel_id, event, status, channel, origin, model, tool, run_id, session_key;
};

/// The file that holds the events from `first` to `last`, which are no longer in the database.
struct AuditArchive {
  std::int64_t first = 0, last = 0;
  std::int64_t last_ms = 0;  ///< time of the last one; epoch
  std::string last_hash = {};
  std::string file = {};  ///< its name, without directories
};

/// Events as the text of a JSON array.
struct AuditSlice {
  std::string items = "[]";
  std::int64_t count = 0;
  bool has_more = false;
  std::int64_t last_seq = 0;                  ///< of list(): the last event of the log at that time
  std::optional<AuditArchive> archived = {};  ///< of list() and run(): what comes before these events, when they reach it
};

/// Events from `first` to `last`.
struct AuditSegment {
  std::int64_t first = 0, last = 0;
};

/// What stays in the database: events from this time on (epoch milliseconds), and at most so many bytes of their JSON.
struct AuditKeep {
  std::optional<std::int64_t> from_ms, most_bytes;
};

class AuditReads {
 public:
  virtual ~AuditReads() = default;
  virtual Result<AuditSlice> list(std::string_view agent, const AuditQuery& query) = 0;
  /// The last `limit` events with ts >= from_ms, in the order of the log.
  virtual Result<AuditSlice> tail(std::string_view agent, std::int64_t from_ms, std::int64_t limit) = 0;
  virtual Result<AuditStats> stats(std::string_view agent, std::int64_t from_ms, std::int64_t to_ms) = 0;
  /// All events of one run, oldest first.
  virtual Result<AuditSlice> run(std::string_view agent, std::string_view run_id) = 0;
  /// Checks the whole chain of hashes; the number of events. Code::integrity names the first event that is wrong.
  virtual Result<std::int64_t> verify(std::string_view agent) = 0;
  /// The number of the log's last event; 0 when there is none.
  virtual Result<std::int64_t> last(std::string_view agent) = 0;
  /// The Merkle tree over the hashes of the first `size` events, those in archives, too. Code::not_found if the log has fewer,
  /// Code::integrity if it is damaged.
  virtual Result<MerkleTree> tree(std::string_view agent, std::uint64_t size) = 0;
  /// The tree of all that was acknowledged.
  virtual Result<MerkleTree> end(std::string_view agent) = 0;
  /// The oldest first.
  virtual Result<std::vector<AuditArchive>> archives(std::string_view agent) = 0;
  /// The oldest events that do not stay, at most 32,768 of them; nothing when all stay.
  virtual Result<std::optional<AuditSegment>> expired(std::string_view agent, const AuditKeep& keep) = 0;
  /// Calls `visit` with the JSON of each event, in order. Code::integrity if one is missing.
  virtual Status each(std::string_view agent, AuditSegment segment, const std::function<Status(std::string_view json)>& visit) = 0;
};

/// Filters of GET /sessions. Times are epoch milliseconds, both exclusive.
struct SessionQuery {
  std::int64_t limit = 100;
  std::int64_t offset = 0;
  std::int64_t min_messages = 0;
  std::optional<std::string> channel;
  std::optional<std::int64_t> changed_before_ms, changed_after_ms;
};

/// Sessions without their messages, as the text of a JSON array.
struct SessionSlice {
  std::string items = "[]";
  std::int64_t count = 0;
  bool has_more = false;
};

class SessionReads {
 public:
  virtual ~SessionReads() = default;
  /// The most recently changed first, then by key.
  virtual Result<SessionSlice> list(std::string_view agent, const SessionQuery& query) = 0;
  /// A session without its messages, if it exists.
  virtual Result<std::optional<SessionMeta>> find(std::string_view agent, std::string_view key) = 0;
  /// A session, if it exists, as the JSON of a Session with its last `last` messages (0: all), or those before the message number `before`.
  /// Older messages that would make the answer too large for a client are left out, and the answer says so.
  virtual Result<std::optional<std::string>> get(std::string_view agent, std::string_view key, std::int64_t last,
                                                 std::optional<std::int64_t> before) = 0;
  /// How many sessions have changed after this time. The count is cached for a second, or until a change.
  virtual Result<std::int64_t> changed_after(std::string_view agent, std::int64_t ms) = 0;
};

/// Filters and groups of GET /usage. Days count from 1970-01-01, both inclusive. `group_by`: as in
/// usage::kGroups.
struct UsageQuery {
  std::int64_t first_day = 0, last_day = 0;
  std::vector<std::string> group_by;
  std::optional<std::string> model, origin, channel;
};

class UsageReads {
 public:
  virtual ~UsageReads() = default;
  /// One bucket for each group that has runs, ordered by the groups' keys. Code::rejected if there are more than `most`.
  virtual Result<std::vector<UsageBucket>> buckets(std::string_view agent, const UsageQuery& query, std::size_t most) = 0;
  virtual Result<std::optional<UsageRun>> run(std::string_view agent, std::string_view run_id) = 0;
};

/// A task that another agent has given to an agent by the A2A protocol.
struct A2aTask {
  std::string id, context_id;
  int state = 0;
  std::int64_t updated_ms = 0;  ///< when the state was last set; epoch
  std::string json;             ///< the task
  std::string push = {};        ///< whom to notify, as JSON; empty: nobody
  bool push_due = false;        ///< somebody has not been notified of the end
};

/// Filters of a list, the most recently changed first, then by id. `before`: what comes after this one in the list.
struct A2aTaskQuery {
  std::optional<std::string> context_id;
  std::optional<int> state;
  std::optional<std::int64_t> changed_from_ms;
  std::optional<std::pair<std::int64_t, std::string>> before;
  std::int64_t limit = 50;
};

struct A2aTaskPage {
  std::vector<A2aTask> tasks;
  std::int64_t total = 0;  ///< of all pages
  bool has_more = false;
};

/// What was removed for its age.
struct A2aAged {
  std::int64_t tasks = 0, sessions = 0;
};

class A2aTaskReads {
 public:
  virtual ~A2aTaskReads() = default;
  virtual Result<std::optional<A2aTask>> get(std::string_view agent, std::string_view id) = 0;
  virtual Result<A2aTaskPage> list(std::string_view agent, const A2aTaskQuery& query) = 0;
  /// Tasks in one of these states, and those whose end somebody is still to be notified of, with their agents.
  virtual Result<std::vector<std::pair<std::string, A2aTask>>> unfinished(const std::vector<int>& states) = 0;
};

/// The writing side. Lives for one unit of work on the writer thread, which is kept completely or not at all.
class Transaction {
 public:
  virtual ~Transaction() = default;
  virtual Result<std::optional<std::string>> load_settings(std::string_view agent) = 0;
  virtual Status save_settings(std::string_view agent, std::string_view json) = 0;
  virtual Result<std::optional<CronJob>> get_cron(std::string_view agent, std::string_view id) = 0;
  virtual Status save_cron(std::string_view agent, const CronJob& job) = 0;
  /// False if there was none.
  virtual Result<bool> erase_cron(std::string_view agent, std::string_view id) = 0;
  virtual Result<std::vector<Document>> list_documents(std::string_view agent, std::string_view collection) = 0;
  virtual Result<std::optional<std::string>> get_document(std::string_view agent, std::string_view collection, std::string_view id) = 0;
  virtual Status save_document(std::string_view agent, std::string_view collection, std::string_view id, std::string_view json) = 0;
  /// False if there was none.
  virtual Result<bool> erase_document(std::string_view agent, std::string_view collection, std::string_view id) = 0;
  /// Erases a whole collection; the number of documents erased.
  virtual Result<std::int64_t> erase_documents(std::string_view agent, std::string_view collection) = 0;
  /// Appends a message to a session at this time (epoch milliseconds); the first one creates the session, of this channel.
  virtual Status append_message(std::string_view agent, std::string_view key, const std::optional<std::string>& channel, std::int64_t at_ms,
                                const SessionMessage& message) = 0;
  /// Removes the messages of a session but keeps the session. False if there was none.
  virtual Result<bool> clear_session(std::string_view agent, std::string_view key, std::int64_t at_ms) = 0;
  /// Removes a session with its messages. False if there was none.
  virtual Result<bool> erase_session(std::string_view agent, std::string_view key) = 0;
  /// Adds what one run used to the runs and to the sums of its day. `ts` and `date` are derived from `at_ms`.
  virtual Status append_usage(std::string_view agent, std::int64_t at_ms, const UsageRun& row) = 0;
  virtual Result<std::optional<A2aTask>> get_a2a_task(std::string_view agent, std::string_view id) = 0;
  virtual Status save_a2a_task(std::string_view agent, const A2aTask& task) = 0;
  /// Removes tasks that have not changed since before this time (epoch milliseconds), unless they are in one of the `open` states or
  /// somebody is still to be notified of their end; and sessions a2a:CONTEXT of that age whose context has no such task. At most `most` of
  /// each at once.
  virtual Result<A2aAged> age_a2a(std::string_view agent, std::int64_t before_ms, const std::vector<int>& open, std::int64_t most) = 0;
  /// Appends the event with its sequence number, which alone orders it, its time, as the clock shows it, and its hashes.
  virtual Status append_audit(std::string_view agent, AuditEvent event) = 0;
  /// Deletes the events that this archive has, which must be the oldest, in whole blocks.
  virtual Status archive_audit(std::string_view agent, const AuditArchive& archive) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual SettingsReads& settings() = 0;
  virtual DocumentReads& documents() = 0;
  virtual CronReads& cron() = 0;
  virtual AuditReads& audit() = 0;
  virtual SessionReads& sessions() = 0;
  virtual UsageReads& usage() = 0;
  virtual A2aTaskReads& a2a_tasks() = 0;

  /// `committed` is called on the writer thread after every commit, and must be quick; an empty function ends that.
  virtual void listen(UniqueFunction<void()> committed) = 0;
  /// Runs `work` on the writer thread in a savepoint, which is rolled back if it fails. `done` is called on the writer thread once the
  /// group with the work is durable, or with the error of the work or the commit.
  virtual void submit(UniqueFunction<Status(Transaction&)> work, UniqueFunction<void(Status)> done) = 0;
  /// Appends an event that nobody waits for to the agent's audit log, within some milliseconds. Never blocks. Calls `then` once:
  /// immediately, or after the write if too many events are queued. `details` must be JSON. Work that is submitted later finds the event
  /// written. While the disk fails, the oldest events are kept and retried; an event "audit_lost" counts the others.
  virtual void note(std::string_view agent, AuditEvent event, UniqueFunction<void()> then) = 0;
  /// Submits work and waits for it. Never from the writer thread.
  Status run(UniqueFunction<Status(Transaction&)> work);
  /// Waits until everything submitted before is durable, and so is what its callbacks have submitted.
  Status drain();
};

struct StoreOptions {
  std::string directory;        ///< empty: in memory, lost at the end
  std::int64_t most_bytes = 0;  ///< of a store in memory: what makes it larger is refused with Code::unavailable; 0: no limit
};

/// Opens (and creates or migrates) the SQLite store. Code::conflict if another process has it open, Code::usage if the directory cannot be
/// used or the data was written by a newer version.
Result<std::unique_ptr<Store>> open_sqlite(const StoreOptions& options);

}  // namespace facio::store
