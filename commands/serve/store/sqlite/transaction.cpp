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

Result<std::optional<CronJob>> SqliteTransaction::get_cron(std::string_view agent, std::string_view id) {
  if (const CronJob* known = jobs_.find(agent, id)) return std::optional<CronJob>(*known);
  return find_cron_job(database_, agent, id);
}

Status SqliteTransaction::save_cron(std::string_view agent, const CronJob& job) {
  const std::string json = to_json(job);
  const CronJob* known = jobs_.find(agent, job.id);
  // Without the name, whose index need not be changed then.
  const bool same_name = known != nullptr && known->name == job.name;
  auto statement = database_.prepare(same_name ? "UPDATE cron_job SET json = ?1 WHERE agent_id = ?2 AND id = ?3"
                                               : "INSERT INTO cron_job (json, agent_id, id, name) VALUES (?1,?2,?3,?4) "
                                                 "ON CONFLICT DO UPDATE SET name = excluded.name, json = excluded.json");
  if (!statement) return fail(std::move(statement.error()));
  cron_changed_ = true;
  statement->bind_lent(std::string_view(json)).bind_lent(agent).bind_lent(std::string_view(job.id));
  if (!same_name) statement->bind_lent(std::string_view(job.name));
  if (auto status = statement->run(); !status) return status;
  jobs_.change(agent, job, json.size());
  return {};
}

Result<bool> SqliteTransaction::erase_cron(std::string_view agent, std::string_view id) {
  auto statement = database_.prepare("DELETE FROM cron_job WHERE agent_id = ? AND id = ? RETURNING 1");
  if (!statement) return fail(std::move(statement.error()));
  auto row = statement->bind(agent).bind(id).step();
  if (!row) return fail(std::move(row.error()));
  if (!*row) return false;
  cron_changed_ = true;
  jobs_.erase(agent, id);
  if (auto ended = statement->run(); !ended) return fail(std::move(ended.error()));
  return true;
}

}  // namespace facio::store
