#include "commands/serve/store/sqlite/transaction.hpp"

#include "cli/core/shape_json.hpp"

namespace facio::store {

Result<CronJob> read_cron_job(std::string_view json) {
  auto job = from_json<CronJob>(json);
  if (!job) return fail(Code::internal, "a stored cron job cannot be read: " + job.error().message());
  return job;
}

Result<std::optional<CronJob>> find_cron_job(Database& database, std::string_view agent, std::string_view id) {
  auto statement = database.prepare("SELECT json FROM cron_job WHERE agent_id = ? AND id = ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).bind(id).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return std::optional<CronJob>{};
  auto job = read_cron_job(statement->text(0));
  if (!job) return fail(std::move(job.error()));
  return std::optional<CronJob>(std::move(*job));
}

Result<std::optional<std::string>> find_settings(Database& database, std::string_view agent) {
  auto statement = database.prepare("SELECT json FROM settings WHERE agent_id = ?");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return std::optional<std::string>{};
  return std::optional<std::string>(statement->text(0));
}

Status SqliteTransaction::save_settings(std::string_view agent, std::string_view json) {
  auto statement = database_.prepare("INSERT INTO settings (agent_id, json) VALUES (?,?) ON CONFLICT DO UPDATE SET json = excluded.json");
  if (!statement) return fail(std::move(statement.error()));
  return statement->bind(agent).bind(json).run();
}

Status SqliteTransaction::save_cron(std::string_view agent, const CronJob& job) {
  auto statement = database_.prepare(
      "INSERT INTO cron_job (agent_id, id, name, json) VALUES (?,?,?,?) "
      "ON CONFLICT DO UPDATE SET name = excluded.name, json = excluded.json");
  if (!statement) return fail(std::move(statement.error()));
  cron_changed_ = true;
  return statement->bind(agent).bind(std::string_view(job.id)).bind(std::string_view(job.name)).bind(std::string_view(to_json(job))).run();
}

Result<bool> SqliteTransaction::erase_cron(std::string_view agent, std::string_view id) {
  auto statement = database_.prepare("DELETE FROM cron_job WHERE agent_id = ? AND id = ? RETURNING 1");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).bind(id).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return false;
  cron_changed_ = true;
  if (auto ended = statement->run(); !ended) return fail(std::move(ended.error()));
  return true;
}

}  // namespace facio::store
