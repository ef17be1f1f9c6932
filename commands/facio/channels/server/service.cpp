#include "commands/facio/channels/server/service.hpp"

#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/channels/rules.hpp"
#include "commands/facio/credentials/server/masked_config.hpp"
#include "commands/facio/runtime/pending_restart.hpp"

namespace facio {

namespace {

AuditEvent event_of(std::string_view action, std::string_view name) {
  AuditEvent event = change_event("channel_change", std::string(action) + " " + std::string(name),
                                  event_details("channel", name, "action", action, "restart_needed", true));
  event.channel = std::string(name);
  return event;
}

std::string reason(std::string_view name) { return "channel " + std::string(name); }

Result<SealedConfig> existing(Result<std::optional<SealedConfig>> found, std::string_view name) {
  return serve::found_or_none(std::move(found), "channel", name, "facioctl channels list");
}

}  // namespace

ChannelsService::ChannelsService(const serve::ServiceContext& context)
    : store_(context.store),
      pending_(context.pending_restart),
      stored_(context, "channel", [](std::string_view name) { return "the stored channel \"" + std::string(name) + "\""; }) {}

Result<ChannelMap> ChannelsService::list(std::string_view agent) {
  return stored_.list(agent).map([](auto&& all) {
    ChannelMap found;
    for (auto& [name, stored] : all) found.channels.emplace(name, std::move(stored.config));
    return found;
  });
}

Result<Channel> ChannelsService::get(std::string_view agent, std::string_view name) {
  return existing(stored_.find(agent, name), name).map([&](SealedConfig&& stored) {
    return Channel{std::string(name), std::move(stored.config)};
  });
}

Result<ChannelSaved> ChannelsService::put(store::Transaction& tx, std::string_view agent, std::string_view name, JsonRef config) {
  auto found = stored_.find(tx, agent, name);
  if (!found) return fail(std::move(found.error()));
  remember(agent, name, *found);
  const SealedConfig before = std::move(*found).value_or(SealedConfig{});
  auto given = serve::extract_secrets(config.dump(), before, channels::declaration_of(channels::kind_of(name, config)));
  if (!given) return fail(std::move(given.error()));
  auto sealed = serve::seal_all(stored_, tx, agent, name, *given, before.sealed);
  if (!sealed) return fail(std::move(sealed.error()));
  const SealedConfig stored{RawJson{std::move(given->shown)}, std::move(*sealed)};
  return stored_.save(tx, agent, name, stored).and_then([&] { return tx.append_audit(agent, event_of("stored", name)); }).map([&] {
    return ChannelSaved{.name = std::string(name), .config = stored.config};
  });
}

Result<ChannelDeleted> ChannelsService::remove(store::Transaction& tx, std::string_view agent, std::string_view name) {
  const auto found = stored_.find(tx, agent, name);
  if (!found) return fail(found.error());
  remember(agent, name, *found);
  return serve::erased_or_none(stored_.erase(tx, agent, name), "channel", name, "facioctl channels list")
      .and_then([&] { return tx.append_audit(agent, event_of("deleted", name)); })
      .map([&] { return ChannelDeleted{.name = std::string(name)}; });
}

Status ChannelsService::seal_what_is_clear(std::string_view agent) {
  auto all = stored_.list(agent);
  if (!all) return fail(std::move(all.error()));
  for (const auto& [name, before] : *all) {
    const auto config = JsonDocument::parse(before.config.text);
    if (!config) return fail(Code::internal, "a stored channel: " + config.error().message());
    auto now = serve::extract_secrets(before.config.text, before, channels::declaration_of(channels::kind_of(name, config->root())));
    if (!now || now->fresh.empty()) continue;
    Status sealed = store_.run([&, &name = name, &before = before](store::Transaction& tx) -> Status {
      auto values = serve::seal_all(stored_, tx, agent, name, *now, before.sealed);
      if (!values) return fail(std::move(values.error()));
      return stored_.save(tx, agent, name, SealedConfig{RawJson{now->shown}, std::move(*values)});
    });
    if (!sealed) return sealed;
  }
  return {};
}

Secret ChannelsService::whole(std::string_view agent, std::string_view name, const std::optional<SealedConfig>& stored) const {
  if (!stored) return {};
  auto open = serve::unsealed(stored_, agent, name, *stored);
  return open ? std::move(*open) : Secret(to_json(*stored));
}

void ChannelsService::remember(std::string_view agent, std::string_view name, const std::optional<SealedConfig>& stored) {
  pending_.remember(agent, reason(name), whole(agent, name, stored).reveal());
}

void ChannelsService::changed(std::string_view agent, std::string_view name) {
  const auto now = stored_.find(agent, name);
  pending_.changed(agent, reason(name), whole(agent, name, now.value_or(std::nullopt)).reveal());
}

Result<Secret> ChannelsService::revealed(std::string_view agent, std::string_view name) {
  auto stored = existing(stored_.find(agent, name), name);
  if (!stored) return fail(std::move(stored.error()));
  return serve::unsealed(stored_, agent, name, *stored);
}

}  // namespace facio
