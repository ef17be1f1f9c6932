#include "commands/serve/store/sqlite/schema.hpp"

#include <array>

namespace facio::store {
namespace {

// Marks the file as ours ("FCIO").
constexpr std::int64_t kApplicationId = 0x4643494f;

// An audit event's key `pos` is (number of the agent << 40) + seq. It orders an agent's events and is dense. An insert only appends a
// row: the search index, audit_places, is written for a full block of 1024 events at once
// (audit_block.hpp); the events of the last block are read one by one. agent.last, the last seq written, reveals a truncated log.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE agent (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, last INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE settings (agent_id TEXT NOT NULL PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE cron_job (agent_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
  PRIMARY KEY (agent_id, id)) STRICT, WITHOUT ROWID;
CREATE INDEX cron_job_by_name ON cron_job (agent_id, name, id);

CREATE TABLE audit (pos INTEGER PRIMARY KEY, ts_ms INTEGER NOT NULL, event TEXT NOT NULL, status TEXT, channel TEXT, tool TEXT,
  model TEXT, origin TEXT, channel_id TEXT, session_key TEXT, run_id TEXT, trace_id TEXT, turn_id TEXT, parent_run_id TEXT,
  body TEXT NOT NULL) STRICT;
CREATE TABLE audit_places (agent INTEGER NOT NULL, dimension INTEGER NOT NULL, value TEXT NOT NULL, block INTEGER NOT NULL,
  n INTEGER NOT NULL, places BLOB NOT NULL, PRIMARY KEY (agent, dimension, value, block)) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit events cannot be changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit events cannot be deleted'); END;
CREATE TRIGGER audit_places_keep BEFORE UPDATE ON audit_places BEGIN SELECT raise(ABORT, 'the audit index cannot be changed'); END;
CREATE TRIGGER audit_places_stay BEFORE DELETE ON audit_places BEGIN SELECT raise(ABORT, 'the audit index cannot be deleted'); END;
)sql";

constexpr const char* kVersion2 = R"sql(
CREATE TABLE document (agent_id TEXT NOT NULL, collection TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
  PRIMARY KEY (agent_id, collection, id)) STRICT, WITHOUT ROWID;
)sql";

// A message's key `pos` is (number of its session << 32) + its place in it, from 1. usage_day and usage_session hold the sums of usage_run,
// updated in the same unit of work, so that a report reads groups instead of runs. The keys of a group are never NULL: "" means none.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE session (no INTEGER PRIMARY KEY, agent_id TEXT NOT NULL, key TEXT NOT NULL, channel TEXT, created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL, messages INTEGER NOT NULL, metadata TEXT NOT NULL, UNIQUE (agent_id, key)) STRICT;
CREATE INDEX session_by_change ON session (agent_id, updated_ms DESC, key, messages);
CREATE INDEX session_by_channel ON session (agent_id, channel, updated_ms DESC, key, messages);
CREATE TABLE message (pos INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;

CREATE TABLE usage_run (agent_id TEXT NOT NULL, run_id TEXT NOT NULL, ts_ms INTEGER NOT NULL, day INTEGER NOT NULL, model TEXT,
  provider TEXT, origin TEXT, channel TEXT, session_key TEXT, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL, tool_calls_count INTEGER NOT NULL, iterations INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
  PRIMARY KEY (agent_id, run_id)) STRICT, WITHOUT ROWID;
CREATE TABLE usage_day (agent_id TEXT NOT NULL, day INTEGER NOT NULL, model TEXT NOT NULL, origin TEXT NOT NULL, channel TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, tool_calls_count INTEGER NOT NULL,
  iterations INTEGER NOT NULL, duration_ms INTEGER NOT NULL, turn_count INTEGER NOT NULL,
  PRIMARY KEY (agent_id, day, model, origin, channel)) STRICT, WITHOUT ROWID;
CREATE TABLE usage_session (agent_id TEXT NOT NULL, day INTEGER NOT NULL, session_key TEXT NOT NULL, model TEXT NOT NULL,
  origin TEXT NOT NULL, channel TEXT NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL, tool_calls_count INTEGER NOT NULL, iterations INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
  turn_count INTEGER NOT NULL, PRIMARY KEY (agent_id, day, session_key, model, origin, channel)) STRICT, WITHOUT ROWID;
)sql";

// A task's JSON may be large, so rows are found by rowid, and lists are counted from the indexes: the most recently changed first, of a
// context, in a state, or all. The last index holds the few tasks that matter at start.
constexpr const char* kVersion4 = R"sql(
CREATE TABLE a2a_task (no INTEGER PRIMARY KEY, agent_id TEXT NOT NULL, id TEXT NOT NULL, context_id TEXT NOT NULL, state INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL, json TEXT NOT NULL, push TEXT NOT NULL, push_due INTEGER NOT NULL, UNIQUE (agent_id, id)) STRICT;
CREATE INDEX a2a_task_by_change ON a2a_task (agent_id, updated_ms DESC, id DESC);
CREATE INDEX a2a_task_by_context ON a2a_task (agent_id, context_id, updated_ms DESC, id DESC, state);
CREATE INDEX a2a_task_by_state ON a2a_task (agent_id, state, updated_ms DESC, id DESC);
CREATE INDEX a2a_task_due ON a2a_task (push_due) WHERE push_due = 1;
CREATE INDEX a2a_task_open ON a2a_task (state) WHERE state IN (1, 2, 6, 8);
)sql";

// audit_tree holds the Merkle tree after each full block of an agent's log, and how many bytes of JSON the block has. Events may be deleted
// only once audit_archive names the file that they are in (audit_archive.hpp).
constexpr const char* kVersion5 = R"sql(
CREATE TABLE audit_tree (agent INTEGER NOT NULL, block INTEGER NOT NULL, peaks TEXT NOT NULL, bytes INTEGER NOT NULL,
  PRIMARY KEY (agent, block)) STRICT, WITHOUT ROWID;
CREATE TABLE audit_archive (agent INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  last_hash TEXT NOT NULL, file TEXT NOT NULL, PRIMARY KEY (agent, first)) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_tree_keeps BEFORE UPDATE ON audit_tree BEGIN SELECT raise(ABORT, 'the audit tree cannot be changed'); END;
CREATE TRIGGER audit_tree_stays BEFORE DELETE ON audit_tree BEGIN SELECT raise(ABORT, 'the audit tree cannot be deleted'); END;
CREATE TRIGGER audit_archive_keeps BEFORE UPDATE ON audit_archive BEGIN SELECT raise(ABORT, 'audit archives cannot be changed'); END;
CREATE TRIGGER audit_archive_stays BEFORE DELETE ON audit_archive BEGIN SELECT raise(ABORT, 'audit archives cannot be deleted'); END;
DROP TRIGGER audit_stays;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit WHEN NOT EXISTS (SELECT 1 FROM audit_archive
  WHERE agent = OLD.pos >> 40 AND OLD.pos & 1099511627775 BETWEEN first AND last)
  BEGIN SELECT raise(ABORT, 'audit events cannot be deleted'); END;
DROP TRIGGER audit_places_stay;
CREATE TRIGGER audit_places_stay BEFORE DELETE ON audit_places WHEN NOT EXISTS (SELECT 1 FROM audit_archive
  WHERE agent = OLD.agent AND OLD.block * 1024 + 1 BETWEEN first AND last)
  BEGIN SELECT raise(ABORT, 'the audit index cannot be deleted'); END;
)sql";

// The earliest and the latest time of each full block of the log. An event has the time of the clock, which may be set, so that times are
// no order. Blocks of before this version were written in the order of time.
constexpr const char* kVersion6 = R"sql(
CREATE TABLE audit_time (agent INTEGER NOT NULL, block INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  PRIMARY KEY (agent, block)) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_time_keeps BEFORE UPDATE ON audit_time BEGIN SELECT raise(ABORT, 'the audit index cannot be changed'); END;
CREATE TRIGGER audit_time_stays BEFORE DELETE ON audit_time BEGIN SELECT raise(ABORT, 'the audit index cannot be deleted'); END;
INSERT INTO audit_time (agent, block, first_ms, last_ms)
  SELECT agent, block, coalesce((SELECT ts_ms FROM audit WHERE pos = (agent << 40) + block * 1024 + 1), 0),
    coalesce((SELECT ts_ms FROM audit WHERE pos = (agent << 40) + block * 1024 + 1024), 9223372036854775807)
  FROM (SELECT DISTINCT agent, block FROM audit_places WHERE dimension = 0);
)sql";

// Step i migrates from version i to i + 1. Never change a released step; append one.
constexpr std::array kSteps = {kVersion1, kVersion2, kVersion3, kVersion4, kVersion5, kVersion6};

/// Runs the steps that lead from one version to another: all or none.
Status step_up(Database& database, std::size_t from, std::size_t to) {
  if (auto status = database.execute("BEGIN IMMEDIATE"); !status) return status;
  Status status;
  for (std::size_t step = from; step < to && status; ++step) status = database.execute(kSteps[step]);
  const std::string mark =
      "PRAGMA application_id=" + std::to_string(kApplicationId) + "; PRAGMA user_version=" + std::to_string(to) + "; COMMIT";
  if (status) status = database.execute(mark.c_str());
  if (!status) (void)database.execute("ROLLBACK");
  return status;
}

/// Makes an empty file a store. Nothing waits for the disk: the writer does, before it acknowledges anything (Writer::settle).
Status make_new(Database& database) {
  if (auto status = database.execute("PRAGMA synchronous=OFF; PRAGMA journal_mode=WAL;"); !status) return status;
  return step_up(database, 0, kSteps.size());
}

}  // namespace

int schema_version() { return static_cast<int>(kSteps.size()); }

Result<int> known_version(Database& database, const std::string& where) {
  auto found = database
                   .query(
                       "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema) "
                       "FROM pragma_user_version, pragma_application_id")
                   .first([](const Statement& row) {
                     return std::array{row.integer(0), row.integer(1), row.integer(2)};
                   });
  if (!found) return fail(std::move(found.error()));
  const auto [version, application, tables] = **found;
  if (version == 0 && tables == 0) return 0;
  if (application != kApplicationId)
    return fail(Code::usage, where + " contains another program's database; choose another directory with --data");
  if (version > schema_version())
    return fail(Code::usage, "the data in " + where + " was written by a newer facioctl (schema " + std::to_string(version) +
                                 ", this one knows " + std::to_string(schema_version()) +
                                 "); upgrade facioctl or choose another directory with --data");
  return static_cast<int>(version);
}

Status migrate(Database& database, const std::string& where) {
  auto version = known_version(database, where);
  if (!version) return fail(std::move(version.error()));
  if (*version == 0) return make_new(database);
  for (auto from = static_cast<std::size_t>(*version); from < kSteps.size(); ++from)
    if (auto status = step_up(database, from, from + 1); !status) return status;
  return {};
}

}  // namespace facio::store
