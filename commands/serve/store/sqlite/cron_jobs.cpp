#include <map>
#include <mutex>

#include "cli/core/shape_json.hpp"
#include "commands/serve/store/sqlite/reads.hpp"
#include "commands/serve/store/sqlite/transaction.hpp"

namespace facio::store {
namespace {

constexpr std::string_view kListJobs = "SELECT json FROM cron_job WHERE agent_id = ? ORDER BY name, id";

Result<CronJob> parse_job(std::string_view json) {
  auto job = from_json<CronJob>(json);
  if (!job) return fail(Code::internal, "a stored cron job cannot be read: " + job.error().message());
  return job;
}

class SqliteCronReads final : public CronReads {
 public:
  SqliteCronReads(Connections& connections, const std::atomic<std::uint64_t>& version) : connections_(connections), version_(version) {}

  Result<std::vector<CronJob>> list(std::string_view agent) override {
    return connections_.read([&](Database& database) -> Result<std::vector<CronJob>> {
      std::vector<CronJob> jobs;
      const auto add = [&](const Statement& row) {
        return parse_job(row.text(0)).map([&](CronJob job) { jobs.push_back(std::move(job)); });
      };
      return database.query(kListJobs, agent).each(add).map([&] { return std::move(jobs); });
    });
  }

  Result<std::string> list_json(std::string_view agent, std::int64_t& count) override {
    // Taken before reading, so that a commit in between makes the result outdated.
    const std::uint64_t version = version_.load(std::memory_order_acquire);
    std::shared_ptr<const Kept> kept;
    {
      const std::lock_guard guard(mutex_);
      if (const auto found = kept_.find(agent); found != kept_.end()) kept = found->second;
    }
    if (!kept || kept->version != version) {
      auto fresh = read_list(agent, version);
      if (!fresh) return fail(std::move(fresh.error()));
      kept = std::make_shared<const Kept>(std::move(*fresh));
      const std::lock_guard guard(mutex_);
      kept_.insert_or_assign(std::string(agent), kept);
    }
    count = kept->count;
    return kept->text;
  }

  Result<std::optional<CronJob>> get(std::string_view agent, std::string_view id) override {
    return connections_.read([&](Database& database) { return find_cron_job(database, agent, id); });
  }

  Result<std::vector<std::string>> agents() override {
    return connections_.read([](Database& database) {
      return database.query("SELECT DISTINCT agent_id FROM cron_job ORDER BY agent_id").all([](const Statement& row) {
        return std::string(row.text(0));
      });
    });
  }

 private:
  /// The text of an agent's list, and the commit after which it was read.
  struct Kept {
    std::uint64_t version = 0;
    std::int64_t count = 0;
    std::string text;
  };

  Result<Kept> read_list(std::string_view agent, std::uint64_t version) {
    Kept kept{.version = version, .text = "["};
    const auto add = [&](const Statement& row) {
      if (kept.count++ > 0) kept.text += ',';
      kept.text += row.text(0);
    };
    auto status = connections_.read([&](Database& database) { return database.query(kListJobs, agent).each(add); });
    if (!status) return fail(std::move(status.error()));
    kept.text += ']';
    return kept;
  }

  Connections& connections_;
  const std::atomic<std::uint64_t>& version_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Kept>, std::less<>> kept_;
};

}  // namespace

std::unique_ptr<CronReads> cron_reads(Connections& connections, const std::atomic<std::uint64_t>& version) {
  return std::make_unique<SqliteCronReads>(connections, version);
}

Result<std::optional<CronJob>> find_cron_job(Database& database, std::string_view agent, std::string_view id) {
  auto json = database.query("SELECT json FROM cron_job WHERE agent_id = ? AND id = ?", agent, id).first_text();
  if (!json) return fail(std::move(json.error()));
  if (!*json) return std::nullopt;
  return parse_job(**json).map([](CronJob job) { return std::optional(std::move(job)); });
}

Result<std::optional<CronJob>> SqliteTransaction::get_cron(std::string_view agent, std::string_view id) {
  if (const CronJob* known = jobs_.find(agent, id)) return *known;
  return find_cron_job(database_, agent, id);
}

Status SqliteTransaction::save_cron(std::string_view agent, const CronJob& job) {
  touched_.cron = true;
  const std::string json = to_json(job);
  const CronJob* known = jobs_.find(agent, job.id);
  // An unchanged name is left out, so that its index need not be changed.
  auto status = known != nullptr && known->name == job.name
                    ? database_.run("UPDATE cron_job SET json = ? WHERE agent_id = ? AND id = ?", json, agent, job.id)
                    : database_.run(
                          "INSERT INTO cron_job (json, agent_id, id, name) VALUES (?,?,?,?) "
                          "ON CONFLICT DO UPDATE SET name = excluded.name, json = excluded.json",
                          json, agent, job.id, job.name);
  if (status) jobs_.change(agent, job, json.size());
  return status;
}

Result<bool> SqliteTransaction::erase_cron(std::string_view agent, std::string_view id) {
  touched_.cron = true;
  jobs_.erase(agent, id);
  return database_.query("DELETE FROM cron_job WHERE agent_id = ? AND id = ?", agent, id).run_any();
}

}  // namespace facio::store
