// The reading side of sessions.
#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "commands/serve/store/sqlite/connections.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::store {

/// Keeps each agent's number of changed sessions until a commit changes one (`version`).
class SqliteSessionReads final : public SessionReads {
 public:
  SqliteSessionReads(Connections& connections, const std::atomic<std::uint64_t>& version) : connections_(connections), version_(version) {}
  Result<SessionSlice> list(std::string_view agent, const SessionQuery& query) override;
  Result<std::optional<SessionMeta>> find(std::string_view agent, std::string_view key) override;
  Result<std::optional<std::string>> get(std::string_view agent, std::string_view key, std::int64_t last,
                                         std::optional<std::int64_t> before) override;
  Result<std::int64_t> changed_after(std::string_view agent, std::int64_t ms) override;

 private:
  struct Counted {
    std::uint64_t version = 0;
    std::int64_t after_ms = 0;
    std::int64_t count = 0;
  };

  Connections& connections_;
  const std::atomic<std::uint64_t>& version_;
  std::mutex mutex_;
  std::map<std::string, Counted, std::less<>> counted_;
};

}  // namespace facio::store
