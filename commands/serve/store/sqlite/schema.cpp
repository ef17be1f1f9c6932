#include "commands/serve/store/sqlite/schema.hpp"

#include <array>

namespace facio::store {
namespace {

// Marks the file as ours ("FCIO").
constexpr std::int64_t kApplicationId = 0x4643494f;

// An audit event's key `pos` is (number of the agent << 40) + seq. The key orders one agent's events, is the last column
// of every index by itself, and is dense: so time bounds are bisected and need no index of their own.
// The columns to search stand apart from the bodies, so that a scan of them stays short. Columns that can be sorted by
// have a whole index; the others only hold the events that have the value.
// audit_block holds the counts of each full block of 1024 events, for statistics.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE agent (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE settings (agent_id TEXT NOT NULL PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE cron_job (agent_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
  PRIMARY KEY (agent_id, id)) STRICT, WITHOUT ROWID;
CREATE INDEX cron_job_by_name ON cron_job (agent_id, name, id);

CREATE TABLE audit (pos INTEGER PRIMARY KEY, ts_ms INTEGER NOT NULL, event TEXT NOT NULL, status TEXT, origin TEXT, channel TEXT,
  channel_id TEXT, session_key TEXT, run_id TEXT, trace_id TEXT, turn_id TEXT, parent_run_id TEXT, tool TEXT, model TEXT) STRICT;
CREATE TABLE audit_body (pos INTEGER PRIMARY KEY REFERENCES audit (pos), body TEXT NOT NULL) STRICT;
CREATE TABLE audit_block (pos INTEGER NOT NULL, dimension INTEGER NOT NULL, value TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (pos, dimension, value)) STRICT, WITHOUT ROWID;
CREATE INDEX audit_by_event ON audit (event);
CREATE INDEX audit_by_status ON audit (status);
CREATE INDEX audit_by_channel ON audit (channel);
CREATE INDEX audit_by_model ON audit (model);
CREATE INDEX audit_by_origin ON audit (origin) WHERE origin IS NOT NULL;
CREATE INDEX audit_by_tool ON audit (tool) WHERE tool IS NOT NULL;
CREATE INDEX audit_by_channel_id ON audit (channel_id) WHERE channel_id IS NOT NULL;
CREATE INDEX audit_by_session_key ON audit (session_key) WHERE session_key IS NOT NULL;
CREATE INDEX audit_by_run_id ON audit (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX audit_by_trace_id ON audit (trace_id) WHERE trace_id IS NOT NULL;
CREATE INDEX audit_by_turn_id ON audit (turn_id) WHERE turn_id IS NOT NULL;
CREATE INDEX audit_by_parent_run_id ON audit (parent_run_id) WHERE parent_run_id IS NOT NULL;
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit events cannot be changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit events cannot be deleted'); END;
CREATE TRIGGER audit_body_keeps BEFORE UPDATE ON audit_body BEGIN SELECT raise(ABORT, 'audit events cannot be changed'); END;
CREATE TRIGGER audit_body_stays BEFORE DELETE ON audit_body BEGIN SELECT raise(ABORT, 'audit events cannot be deleted'); END;
CREATE TRIGGER audit_block_keeps BEFORE UPDATE ON audit_block BEGIN SELECT raise(ABORT, 'audit counts cannot be changed'); END;
CREATE TRIGGER audit_block_stays BEFORE DELETE ON audit_block BEGIN SELECT raise(ABORT, 'audit counts cannot be deleted'); END;
)sql";

// The step at index i leads from version i to version i + 1. Never change a step that was released; append one.
constexpr std::array kSteps = {kVersion1};

Status step_up(Database& database, std::size_t from) {
  if (auto status = database.execute("BEGIN IMMEDIATE"); !status) return status;
  auto status = database.execute(kSteps[from]);
  const std::string mark =
      "PRAGMA application_id=" + std::to_string(kApplicationId) + "; PRAGMA user_version=" + std::to_string(from + 1) + "; COMMIT";
  if (status) status = database.execute(mark.c_str());
  if (!status) (void)database.execute("ROLLBACK");
  return status;
}

}  // namespace

int schema_version() { return static_cast<int>(kSteps.size()); }

Status migrate(Database& database, const std::string& where) {
  const auto version = database.integer("PRAGMA user_version");
  if (!version) return fail(version.error());
  const auto application = database.integer("PRAGMA application_id");
  if (!application) return fail(application.error());
  const auto tables = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return fail(tables.error());

  const bool empty = **version == 0 && **tables == 0;
  if (!empty && **application != kApplicationId)
    return fail(Code::usage, where + " holds a database of another program; choose another directory with --data");
  if (**version > schema_version())
    return fail(Code::usage, "the data in " + where + " was written by a newer facioctl (schema " + std::to_string(**version) +
                                 ", this one knows " + std::to_string(schema_version()) +
                                 "); upgrade facioctl or choose another directory with --data");
  for (auto from = static_cast<std::size_t>(**version); from < kSteps.size(); ++from)
    if (auto status = step_up(database, from); !status) return status;
  return {};
}

}  // namespace facio::store
