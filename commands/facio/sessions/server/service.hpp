// Sessions: the stored conversations.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {

/// Safe from any thread; what takes a Transaction is part of a unit of work on the writer thread.
class SessionsService {
 public:
  explicit SessionsService(const serve::ServiceContext& context) : base_(context) {}

  /// A page of sessions as the JSON of a SessionList, the last changed first.
  Result<std::string> list(std::string_view agent, const store::SessionQuery& query);
  /// A session as the JSON of a Session with its last `last` messages (0: all), or with those before the message number `before`.
  /// Code::not_found.
  Result<std::string> get(std::string_view agent, std::string_view key, std::int64_t last, std::optional<std::int64_t> before);
  /// Number of sessions with a message within the last 24 hours.
  Result<std::int64_t> active(std::string_view agent);

  /// Removes a session and its history, with its audit event. Code::not_found.
  Result<SessionDeleted> remove(store::Transaction& tx, std::string_view agent, std::string_view key);
  /// Removes the messages of a session but keeps the session, with the audit event. False when there is none.
  Result<bool> clear(store::Transaction& tx, std::string_view agent, std::string_view key);

 private:
  const serve::ServiceContext& base_;
};

}  // namespace facio
