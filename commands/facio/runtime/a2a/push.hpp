// Telling others over HTTP what happens to a task (push notifications).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/secret.hpp"
#include "commands/facio/runtime/a2a/model.hpp"
#include "commands/facio/runtime/service_context.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve::a2a {

/// Whom to tell, as a caller asks for it.
struct PushConfig {
  std::string id;  ///< empty: one is made
  std::string url;
  Secret token;        ///< sent along, so that the receiver knows who asked
  std::string scheme;  ///< of Authorization, as "Bearer"; empty: none is sent
  Secret credentials;
  Dialect dialect = Dialect::v1;  ///< what the receiver understands
};

constexpr std::size_t kMostPushConfigs = 10;

/// Reads a configuration in any dialect. invalid_params.
Outcome<PushConfig> read_push(JsonRef json, const std::string& field, Dialect dialect);
/// As clients read it: without its secrets.
void write_push(std::string& out, std::string_view task_id, const PushConfig& config, Dialect dialect);

/// What the row of a task keeps about its receivers, in a list whose secrets are sealed.
Result<std::vector<PushConfig>> stored_push(std::string_view json);
/// What a secret of a receiver is sealed for.
std::string push_secret_place(std::string_view task_id, std::string_view id, std::string_view what);
/// The list with one more receiver, or with one replaced.
Result<std::string> with_push(std::string_view json, const PushConfig& config, std::string_view task_id, const Vault& vault,
                              store::Transaction& tx);
/// The list without one.
Result<std::string> without_push(std::string_view json, std::string_view id);

/// Delivers in the pool, a few tasks at a time, what happened to one task in its order; each receiver is tried three times.
class PushSender {
 public:
  PushSender(const ServiceContext& base, const Outbound& outbound);
  ~PushSender();

  /// Whether a receiver's address may be asked at all, as far as it can be told without a look-up. invalid_params.
  [[nodiscard]] Outcome<void> check(const PushConfig& config, const std::string& field) const;
  /// `receivers`: the stored list. `whole`: the task as it is now, for receivers that want that.
  void tell(std::string_view agent, std::string receivers, Event event, Task whole);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace facio::serve::a2a
