// Channels: one free-form configuration each, with its secrets masked in every reply.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/facio/channels/shapes.hpp"
#include "commands/facio/runtime/documents.hpp"

namespace facio {
struct SealedConfig;

/// Safe from any thread. Changes take effect with the next start.
class ChannelsService {
 public:
  explicit ChannelsService(const serve::ServiceContext& context);

  /// Seals what an earlier version of the server left in clear; to be called before the first request.
  Status seal_what_is_clear(std::string_view agent);

  /// All channels by name; secrets are masked.
  Result<ChannelMap> list(std::string_view agent);
  /// One channel; Code::not_found.
  Result<Channel> get(std::string_view agent, std::string_view name);

  /// Stores the whole configuration. A masked secret keeps its stored value; Code::rejected names one that has none.
  Result<ChannelSaved> put(store::Transaction& tx, std::string_view agent, std::string_view name, JsonRef config);
  Result<ChannelDeleted> remove(store::Transaction& tx, std::string_view agent, std::string_view name);
  /// Call once a change is durable: notes that a restart is needed, unless the channel is again as the start found it.
  void changed(std::string_view agent, std::string_view name);

  /// The configuration with its secrets, as JSON text, for the channel itself. Placeholders are not resolved.
  Result<Secret> revealed(std::string_view agent, std::string_view name);

 private:
  /// The configuration with its secrets; empty when there is none.
  [[nodiscard]] Secret whole(std::string_view agent, std::string_view name, const std::optional<SealedConfig>& stored) const;
  void remember(std::string_view agent, std::string_view name, const std::optional<SealedConfig>& stored);

  store::Store& store_;
  serve::PendingRestart& pending_;
  const serve::Documents<SealedConfig> stored_;
};

}  // namespace facio
