#include <algorithm>

#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/reads.hpp"
#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {
namespace {

/// The sums by session, and the runs themselves, are read only when somebody asks for them.
std::string buckets_sql(const UsageQuery& query) {
  const auto by = [&query](std::string_view key) { return std::ranges::find(query.group_by, key) != query.group_by.end(); };
  const bool runs = by("run_id");
  const std::string table = runs ? "usage_run" : by("session_key") ? "usage_session" : "usage_day";
  std::string keys;
  for (const std::string& key : query.group_by) keys += (keys.empty() ? "" : ", ") + (key == "date" ? std::string("day") : key);
  std::string sql =
      "SELECT sum(prompt_tokens), sum(completion_tokens), sum(cached_tokens), sum(tool_calls_count), sum(iterations), "
      "sum(duration_ms), " +
      std::string(runs ? "count(*), " : "sum(turn_count), ") + keys + " FROM " + table + " WHERE agent_id = ? AND day BETWEEN ? AND ?";
  if (query.model) sql += " AND model = ?";
  if (query.origin) sql += " AND origin = ?";
  if (query.channel) sql += " AND channel = ?";
  return sql + " GROUP BY " + keys + " ORDER BY " + keys;
}

/// The counters, from this column on.
void read_counters(const Statement& row, int column, UsageCounters& counters) {
  for (const auto counter : kUsageCounters) counters.*counter = row.integer(column++);
}

UsageBucket read_bucket(const Statement& row, const std::vector<std::string>& group_by) {
  UsageBucket bucket;
  read_counters(row, 0, bucket);
  bucket.turn_count = row.integer(6);
  int column = 7;
  for (const std::string& key : group_by) {
    if (key == "date") bucket.date = format_date(row.integer(column) * kDayMs);
    if (key == "model") bucket.model = std::string(row.text(column));
    if (key == "origin") bucket.origin = std::string(row.text(column));
    if (key == "channel") bucket.channel = std::string(row.text(column));
    if (key == "session_key") bucket.session_key = std::string(row.text(column));
    if (key == "run_id") bucket.run_id = std::string(row.text(column));
    ++column;
  }
  return bucket;
}

UsageRun read_run(const Statement& row) {
  UsageRun run;
  run.run_id = std::string(row.text(0));
  run.ts = format_rfc3339(row.integer(1));
  run.date = format_date(row.integer(2) * kDayMs);
  int column = 3;
  for (auto* key : {&run.model, &run.provider, &run.origin, &run.channel, &run.session_key}) {
    if (!row.is_null(column)) *key = std::string(row.text(column));
    ++column;
  }
  read_counters(row, column, run);
  return run;
}

/// Adds a run to one table of sums; `session`: the one keyed by session.
Status add_to_sums(Database& database, std::string_view agent, std::int64_t day, const UsageRun& row, bool session) {
  const std::string sql = std::string("INSERT INTO ") + (session ? "usage_session (session_key, " : "usage_day (") +
                          "agent_id, day, model, origin, channel, prompt_tokens, completion_tokens, cached_tokens, tool_calls_count, "
                          "iterations, duration_ms, turn_count) VALUES (" +
                          (session ? "?," : "") +
                          "?,?,?,?,?,?,?,?,?,?,?,1) ON CONFLICT DO UPDATE SET prompt_tokens = prompt_tokens + excluded.prompt_tokens, "
                          "completion_tokens = completion_tokens + excluded.completion_tokens, "
                          "cached_tokens = cached_tokens + excluded.cached_tokens, "
                          "tool_calls_count = tool_calls_count + excluded.tool_calls_count, iterations = iterations + excluded.iterations, "
                          "duration_ms = duration_ms + excluded.duration_ms, turn_count = turn_count + 1";
  const auto text_of = [](const std::optional<std::string>& key) { return key ? std::string_view(*key) : std::string_view(); };
  Statement statement = database.query(sql);
  if (session) statement.bind(text_of(row.session_key));
  statement.bind(agent, day, text_of(row.model), text_of(row.origin), text_of(row.channel));
  for (const auto counter : kUsageCounters) statement.bind(row.*counter);
  return statement.run();
}

class SqliteUsageReads final : public UsageReads {
 public:
  explicit SqliteUsageReads(Connections& connections) : connections_(connections) {}

  Result<std::vector<UsageBucket>> buckets(std::string_view agent, const UsageQuery& query, std::size_t most) override {
    return connections_.read([&](Database& database) -> Result<std::vector<UsageBucket>> {
      Statement rows = database.query(buckets_sql(query), agent, query.first_day, query.last_day);
      for (const auto* filter : {&query.model, &query.origin, &query.channel})
        if (*filter) rows.bind(**filter);
      std::vector<UsageBucket> found;
      auto status = rows.each([&](const Statement& row) -> Status {
        if (found.size() == most)
          return fail_field(Code::rejected, "groupBy",
                            "groupBy: gives more than " + std::to_string(most) + " groups; ask for fewer days or fewer keys");
        found.push_back(read_bucket(row, query.group_by));
        return {};
      });
      return status.map([&] { return std::move(found); });
    });
  }

  Result<std::optional<UsageRun>> run(std::string_view agent, std::string_view run_id) override {
    return connections_.read([&](Database& database) {
      return database
          .query(
              "SELECT run_id, ts_ms, day, model, provider, origin, channel, session_key, prompt_tokens, completion_tokens, "
              "cached_tokens, tool_calls_count, iterations, duration_ms FROM usage_run WHERE agent_id = ? AND run_id = ?",
              agent, run_id)
          .first(read_run);
    });
  }

 private:
  Connections& connections_;
};

}  // namespace

std::unique_ptr<UsageReads> usage_reads(Connections& connections) { return std::make_unique<SqliteUsageReads>(connections); }

Status SqliteTransaction::append_usage(std::string_view agent, std::int64_t at_ms, const UsageRun& row) {
  const std::int64_t day = at_ms / kDayMs;
  Statement statement = database_.query(
      "INSERT INTO usage_run (agent_id, run_id, ts_ms, day, model, provider, origin, channel, session_key, prompt_tokens, "
      "completion_tokens, cached_tokens, tool_calls_count, iterations, duration_ms) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      agent, row.run_id, at_ms, day, row.model, row.provider, row.origin, row.channel, row.session_key);
  for (const auto counter : kUsageCounters) statement.bind(row.*counter);
  if (auto status = statement.run(); !status) return status;
  if (auto status = add_to_sums(database_, agent, day, row, false); !status) return status;
  return add_to_sums(database_, agent, day, row, true);
}

}  // namespace facio::store
