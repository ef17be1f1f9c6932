// The reading side of cron jobs and settings.
#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "commands/serve/store/sqlite/connections.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

/// Keeps the text of each agent's list until a commit changes a job (`version`).
class SqliteCronReads final : public CronReads {
 public:
  SqliteCronReads(Connections& connections, const std::atomic<std::uint64_t>& version) : connections_(connections), version_(version) {}

  Result<std::vector<CronJob>> list(std::string_view agent) override;
  Result<std::string> list_json(std::string_view agent, std::int64_t& count) override;
  Result<std::optional<CronJob>> get(std::string_view agent, std::string_view id) override;
  Result<std::vector<std::string>> agents() override;

 private:
  struct Kept {
    std::uint64_t version = 0;
    std::int64_t count = 0;
    std::string text;
  };
  Result<Kept> read_list(std::string_view agent, std::uint64_t version);

  Connections& connections_;
  const std::atomic<std::uint64_t>& version_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Kept>, std::less<>> kept_;
};

class SqliteSettingsReads final : public SettingsReads {
 public:
  explicit SqliteSettingsReads(Connections& connections) : connections_(connections) {}
  Result<std::optional<std::string>> load(std::string_view agent) override;

 private:
  Connections& connections_;
};

}  // namespace facio::store
