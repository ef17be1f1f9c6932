#include "commands/facio/channels/server/service.hpp"

#include <nlohmann/json.hpp>

#include "cli/core/shape_json.hpp"
#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/channels/server/masked_config.hpp"
#include "commands/facio/runtime/pending_restart.hpp"
#include "commands/serve/vault/vault.hpp"

namespace facio {
namespace {

constexpr std::string_view kChannels = "channel";

/// What the store keeps of a channel.
struct StoredChannel {
  RawJson config;
  std::map<std::string, std::string> sealed;

  static constexpr ShapeHead shape{"StoredChannel", "A channel with sealed secrets"};
  static constexpr auto fields() {
    return Fields{field("config", &StoredChannel::config, "with masks"),
                  field("sealed", &StoredChannel::sealed, "what stands behind them, by place")};
  }
};

Result<StoredChannel> read(std::string_view name, const std::string& json) {
  const auto document = JsonDocument::parse(json);
  auto stored = document ? from_json<StoredChannel>(document->root()) : Result<StoredChannel>(fail(document.error()));
  if (!stored) return fail(Code::internal, "the stored channel \"" + std::string(name) + "\" cannot be read: " + stored.error().message());
  return stored;
}

AuditEvent event_of(std::string_view action, std::string_view name) {
  AuditEvent event = change_event("channel_change", std::string(action) + " " + std::string(name),
                                  event_details("channel", name, "action", action, "restart_needed", true));
  event.channel = std::string(name);
  return event;
}

}  // namespace

struct ChannelsService::Impl {
  const serve::ServiceContext& base;

  Result<std::optional<StoredChannel>> find(store::Transaction& tx, std::string_view agent, std::string_view name) {
    auto json = tx.get_document(agent, kChannels, name);
    if (!json) return fail(std::move(json.error()));
    if (!*json) return std::optional<StoredChannel>{};
    auto stored = read(name, **json);
    if (!stored) return fail(std::move(stored.error()));
    return std::optional<StoredChannel>(std::move(*stored));
  }
  Result<StoredChannel> existing(std::string_view agent, std::string_view name) {
    auto json = base.store.documents().get(agent, kChannels, name);
    if (!json) return fail(std::move(json.error()));
    if (!*json) return no_such("channel", name, "facioctl channels list");
    return read(name, **json);
  }
  Result<std::string> seal(store::Transaction& tx, std::string_view agent, std::string_view name, const std::string& pointer,
                           const Secret& value) {
    return base.vault.seal(tx, value.reveal(), serve::sealed_place(agent, kChannels, name).append(pointer));
  }
  /// The sealed texts of a configuration: new ones, and those that were kept, at their place of now.
  Result<std::map<std::string, std::string>> seal_all(store::Transaction& tx, std::string_view agent, std::string_view name,
                                                      const serve::GivenConfig& given, const std::map<std::string, std::string>& before) {
    std::map<std::string, std::string> sealed;
    for (const serve::NewSecret& fresh : given.fresh) {
      auto text = seal(tx, agent, name, fresh.pointer, fresh.value);
      if (!text) return fail(std::move(text.error()));
      sealed[fresh.pointer] = std::move(*text);
    }
    for (const serve::KeptSecret& kept : given.kept) {
      const std::string& old = before.at(kept.before);
      if (kept.now == kept.before) {
        sealed[kept.now] = old;
        continue;
      }
      auto value = base.vault.unseal(old, serve::sealed_place(agent, kChannels, name).append(kept.before));
      auto text = value ? seal(tx, agent, name, kept.now, *value) : Result<std::string>(fail(std::move(value.error())));
      if (!text) return fail(std::move(text.error()));
      sealed[kept.now] = std::move(*text);
    }
    return sealed;
  }
};

ChannelsService::ChannelsService(const serve::ServiceContext& context) : impl_(new Impl{.base = context}) {}
ChannelsService::~ChannelsService() = default;

Result<ChannelMap> ChannelsService::list(std::string_view agent) {
  auto documents = impl_->base.store.documents().list(agent, kChannels);
  if (!documents) return fail(std::move(documents.error()));
  ChannelMap found;
  for (const store::Document& document : *documents) {
    auto stored = read(document.id, document.json);
    if (!stored) return fail(std::move(stored.error()));
    found.channels.emplace(document.id, std::move(stored->config));
  }
  return found;
}

Result<Channel> ChannelsService::get(std::string_view agent, std::string_view name) {
  auto stored = impl_->existing(agent, name);
  if (!stored) return fail(std::move(stored.error()));
  return Channel{std::string(name), std::move(stored->config)};
}

Result<ChannelSaved> ChannelsService::put(store::Transaction& tx, std::string_view agent, std::string_view name, JsonRef config) {
  auto before = impl_->find(tx, agent, name);
  if (!before) return fail(std::move(before.error()));
  serve::MaskedConfig masked;
  if (*before) masked = {std::move((*before)->config.text), std::move((*before)->sealed)};
  auto given = serve::take_apart(config.dump(), masked);
  if (!given) return fail(std::move(given.error()));
  auto sealed = impl_->seal_all(tx, agent, name, *given, masked.sealed);
  if (!sealed) return fail(std::move(sealed.error()));
  const StoredChannel stored{RawJson{std::move(given->shown)}, std::move(*sealed)};
  if (auto status = tx.save_document(agent, kChannels, name, to_json(stored)); !status) return fail(std::move(status.error()));
  if (auto status = tx.append_audit(agent, event_of("stored", name)); !status) return fail(std::move(status.error()));
  return ChannelSaved{.name = std::string(name), .config = stored.config};
}

Result<ChannelDeleted> ChannelsService::remove(store::Transaction& tx, std::string_view agent, std::string_view name) {
  auto erased = tx.erase_document(agent, kChannels, name);
  if (!erased) return fail(std::move(erased.error()));
  if (!*erased) return no_such("channel", name, "facioctl channels list");
  if (auto status = tx.append_audit(agent, event_of("deleted", name)); !status) return fail(std::move(status.error()));
  return ChannelDeleted{.name = std::string(name)};
}

void ChannelsService::changed(std::string_view name) { impl_->base.pending_restart.add("channel " + std::string(name)); }

Result<Secret> ChannelsService::revealed(std::string_view agent, std::string_view name) {
  auto stored = impl_->existing(agent, name);
  if (!stored) return fail(std::move(stored.error()));
  auto config = nlohmann::ordered_json::parse(stored->config.text, nullptr, false);
  for (const auto& [pointer, sealed] : stored->sealed) {
    auto value = impl_->base.vault.unseal(sealed, serve::sealed_place(agent, kChannels, name).append(pointer));
    if (!value) return value;
    config[nlohmann::ordered_json::json_pointer(pointer)] = nlohmann::ordered_json::parse(value->reveal(), nullptr, false);
  }
  return Secret(config.dump());
}

}  // namespace facio
