#include "commands/serve/store/sqlite/usage.hpp"

#include <algorithm>

#include "cli/core/time.hpp"
#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {
namespace {

/// The sums by session are needed only when somebody asks for sessions.
std::string buckets_sql(const UsageQuery& query) {
  const bool by_session = std::ranges::find(query.group_by, "session_key") != query.group_by.end();
  std::string keys;
  for (const std::string& key : query.group_by) keys += (keys.empty() ? "" : ", ") + (key == "date" ? std::string("day") : key);
  std::string sql =
      "SELECT sum(prompt_tokens), sum(completion_tokens), sum(cached_tokens), sum(tool_calls_count), sum(iterations), "
      "sum(duration_ms), sum(turn_count), " +
      keys + " FROM " + (by_session ? "usage_session" : "usage_day") + " WHERE agent_id = ? AND day BETWEEN ? AND ?";
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
    ++column;
  }
  return bucket;
}

std::optional<std::string> maybe_text(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return std::string(row.text(column));
}

/// Adds a run to one table of sums; `session` only where that is a key of the table.
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
  auto statement = database.prepare(sql);
  if (!statement) return fail(std::move(statement.error()));
  if (session) statement->bind(std::string_view(row.session_key ? *row.session_key : std::string_view()));
  statement->bind(agent).bind(day);
  for (const auto* key : {&row.model, &row.origin, &row.channel}) statement->bind(std::string_view(*key ? **key : std::string_view()));
  for (const auto counter : kUsageCounters) statement->bind(row.*counter);
  return statement->run();
}

}  // namespace

Result<std::vector<UsageBucket>> SqliteUsageReads::buckets(std::string_view agent, const UsageQuery& query, std::size_t most) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  auto rows = (*connection)->prepare(buckets_sql(query));
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(agent).bind(query.first_day).bind(query.last_day);
  for (const auto* filter : {&query.model, &query.origin, &query.channel})
    if (*filter) rows->bind(std::string_view(**filter));
  std::vector<UsageBucket> found;
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return found;
    if (found.size() == most)
      return fail_field(Code::rejected, "groupBy",
                        "groupBy: gives more than " + std::to_string(most) + " groups; ask for fewer days or fewer keys");
    found.push_back(read_bucket(*rows, query.group_by));
  }
}

Result<std::optional<UsageRun>> SqliteUsageReads::run(std::string_view agent, std::string_view run_id) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  auto statement =
      (*connection)
          ->prepare(
              "SELECT ts_ms, day, model, provider, origin, channel, session_key, prompt_tokens, completion_tokens, cached_tokens, "
              "tool_calls_count, iterations, duration_ms FROM usage_run WHERE agent_id = ? AND run_id = ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).bind(run_id).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return std::optional<UsageRun>{};
  UsageRun run;
  run.run_id = std::string(run_id);
  run.ts = format_rfc3339(statement->integer(0));
  run.date = format_date(statement->integer(1) * kDayMs);
  run.model = maybe_text(*statement, 2);
  run.provider = maybe_text(*statement, 3);
  run.origin = maybe_text(*statement, 4);
  run.channel = maybe_text(*statement, 5);
  run.session_key = maybe_text(*statement, 6);
  read_counters(*statement, 7, run);
  return std::optional(std::move(run));
}

Status SqliteTransaction::append_usage(std::string_view agent, std::int64_t at_ms, const UsageRun& row) {
  const std::int64_t day = at_ms / kDayMs;
  auto statement = database_.prepare(
      "INSERT INTO usage_run (agent_id, run_id, ts_ms, day, model, provider, origin, channel, session_key, prompt_tokens, "
      "completion_tokens, cached_tokens, tool_calls_count, iterations, duration_ms) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!statement) return fail(std::move(statement.error()));
  statement->bind(agent).bind(std::string_view(row.run_id)).bind(at_ms).bind(day);
  for (const auto* key : {&row.model, &row.provider, &row.origin, &row.channel, &row.session_key}) statement->bind(*key);
  for (const auto counter : kUsageCounters) statement->bind(row.*counter);
  if (auto status = statement->run(); !status) return status;
  if (auto status = add_to_sums(database_, agent, day, row, false); !status) return status;
  return add_to_sums(database_, agent, day, row, true);
}

}  // namespace facio::store
