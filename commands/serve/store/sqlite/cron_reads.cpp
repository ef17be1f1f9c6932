#include "commands/serve/store/sqlite/cron_reads.hpp"

#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {
namespace {

constexpr std::string_view kListJobs = "SELECT json FROM cron_job WHERE agent_id = ? ORDER BY name, id";

}  // namespace

Result<std::vector<CronJob>> SqliteCronReads::list(std::string_view agent) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  auto rows = (*connection)->prepare(kListJobs);
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(agent);
  std::vector<CronJob> jobs;
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return jobs;
    auto job = read_cron_job(rows->text(0));
    if (!job) return fail(std::move(job.error()));
    jobs.push_back(std::move(*job));
  }
}

Result<SqliteCronReads::Kept> SqliteCronReads::read_list(std::string_view agent, std::uint64_t version) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  auto rows = (*connection)->prepare(kListJobs);
  if (!rows) return fail(std::move(rows.error()));
  rows->bind(agent);
  Kept kept{.version = version, .text = "["};
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) break;
    if (kept.count++ > 0) kept.text += ',';
    kept.text += rows->text(0);
  }
  kept.text += ']';
  return kept;
}

Result<std::string> SqliteCronReads::list_json(std::string_view agent, std::int64_t& count) {
  // Taken before reading: a commit that comes in between makes what was read old at once.
  const std::uint64_t version = version_.load(std::memory_order_acquire);
  {
    std::shared_ptr<const Kept> kept;
    {
      const std::lock_guard guard(mutex_);
      if (const auto found = kept_.find(agent); found != kept_.end()) kept = found->second;
    }
    if (kept && kept->version == version) {
      count = kept->count;
      return kept->text;
    }
  }
  auto fresh = read_list(agent, version);
  if (!fresh) return fail(std::move(fresh.error()));
  auto kept = std::make_shared<const Kept>(std::move(*fresh));
  count = kept->count;
  const std::lock_guard guard(mutex_);
  kept_.insert_or_assign(std::string(agent), kept);
  return kept->text;
}

Result<std::optional<CronJob>> SqliteCronReads::get(std::string_view agent, std::string_view id) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  return find_cron_job(**connection, agent, id);
}

Result<std::vector<std::string>> SqliteCronReads::agents() {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  auto rows = (*connection)->prepare("SELECT DISTINCT agent_id FROM cron_job ORDER BY agent_id");
  if (!rows) return fail(std::move(rows.error()));
  std::vector<std::string> found;
  for (;;) {
    auto row = rows->step();
    if (!row) return fail(std::move(row.error()));
    if (!*row) return found;
    found.emplace_back(rows->text(0));
  }
}

Result<std::optional<std::string>> SqliteSettingsReads::load(std::string_view agent) {
  auto connection = connections_.lease();
  if (!connection) return fail(std::move(connection.error()));
  return find_settings(**connection, agent);
}

}  // namespace facio::store
