// Channels: one free-form configuration each, with its secrets masked in every reply.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "cli/core/secret.hpp"
#include "commands/facio/channels/shapes.hpp"
#include "commands/facio/runtime/documents.hpp"

namespace facio {
namespace serve {
struct ExtractedConfig;
}
struct StoredChannel;

/// Safe from any thread. Changes take effect with the next start.
class ChannelsService {
 public:
  explicit ChannelsService(const serve::ServiceContext& context);

  /// All channels by name; secrets are masked.
  Result<ChannelMap> list(std::string_view agent);
  /// One channel; Code::not_found.
  Result<Channel> get(std::string_view agent, std::string_view name);

  /// Stores the whole configuration. A masked secret keeps its stored value; Code::rejected names one that has none.
  Result<ChannelSaved> put(store::Transaction& tx, std::string_view agent, std::string_view name, JsonRef config);
  Result<ChannelDeleted> remove(store::Transaction& tx, std::string_view agent, std::string_view name);
  /// Call once a change is durable: notes that a restart is needed.
  void changed(std::string_view name);

  /// The configuration with its secrets, as JSON text, for the channel itself. Placeholders are not resolved.
  Result<Secret> revealed(std::string_view agent, std::string_view name);

 private:
  Result<std::map<std::string, std::string>> seal_all(store::Transaction& tx, std::string_view agent, std::string_view name,
                                                      const serve::ExtractedConfig& given,
                                                      const std::map<std::string, std::string>& before);

  serve::PendingRestart& pending_;
  const serve::Documents<StoredChannel> stored_;
};

}  // namespace facio
