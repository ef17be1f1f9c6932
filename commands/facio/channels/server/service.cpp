#include "commands/facio/channels/server/service.hpp"

#include <nlohmann/json.hpp>

#include "cli/core/json_tree.hpp"

#include "commands/facio/audit/server/change_event.hpp"
#include "commands/facio/channels/server/masked_config.hpp"
#include "commands/facio/runtime/pending_restart.hpp"

namespace facio {

namespace {

AuditEvent event_of(std::string_view action, std::string_view name) {
  AuditEvent event = change_event("channel_change", std::string(action) + " " + std::string(name),
                                  event_details("channel", name, "action", action, "restart_needed", true));
  event.channel = std::string(name);
  return event;
}

Result<StoredChannel> existing(Result<std::optional<StoredChannel>> found, std::string_view name) {
  return serve::found_or_none(std::move(found), "channel", name, "facioctl channels list");
}

}  // namespace

ChannelsService::ChannelsService(const serve::ServiceContext& context)
    : pending_(context.pending_restart),
      stored_(context, "channel", [](std::string_view name) { return "the stored channel \"" + std::string(name) + "\""; }) {}

Result<ChannelMap> ChannelsService::list(std::string_view agent) {
  return stored_.list(agent).map([](auto&& all) {
    ChannelMap found;
    for (auto& [name, stored] : all) found.channels.emplace(name, std::move(stored.config));
    return found;
  });
}

Result<Channel> ChannelsService::get(std::string_view agent, std::string_view name) {
  return existing(stored_.find(agent, name), name).map([&](StoredChannel&& stored) {
    return Channel{std::string(name), std::move(stored.config)};
  });
}

/// Seals the new secrets, and the kept ones again where their place has changed.
Result<std::map<std::string, std::string>> ChannelsService::seal_all(store::Transaction& tx, std::string_view agent, std::string_view name,
                                                                     const serve::ExtractedConfig& given,
                                                                     const std::map<std::string, std::string>& before) {
  std::map<std::string, std::string> sealed;
  for (const auto& [place, value] : given.fresh) {
    auto text = stored_.seal(tx, agent, name, value.reveal(), place);
    if (!text) return fail(std::move(text.error()));
    sealed[place] = std::move(*text);
  }
  for (const auto& kept : given.kept) {
    const std::string &place = kept.first, &old_place = kept.second;
    const std::string& old = before.at(old_place);
    auto text = Result<std::string>(old);
    if (place != old_place)
      text = stored_.unseal(agent, name, old, old_place).and_then([&](const Secret& value) {
        return stored_.seal(tx, agent, name, value.reveal(), place);
      });
    if (!text) return fail(std::move(text.error()));
    sealed[place] = std::move(*text);
  }
  return sealed;
}

Result<ChannelSaved> ChannelsService::put(store::Transaction& tx, std::string_view agent, std::string_view name, JsonRef config) {
  auto found = stored_.find(tx, agent, name);
  if (!found) return fail(std::move(found.error()));
  const StoredChannel before = std::move(*found).value_or(StoredChannel{});
  auto given = serve::extract_secrets(config.dump(), before);
  if (!given) return fail(std::move(given.error()));
  auto sealed = seal_all(tx, agent, name, *given, before.sealed);
  if (!sealed) return fail(std::move(sealed.error()));
  const StoredChannel stored{RawJson{std::move(given->shown)}, std::move(*sealed)};
  return stored_.save(tx, agent, name, stored).and_then([&] { return tx.append_audit(agent, event_of("stored", name)); }).map([&] {
    return ChannelSaved{.name = std::string(name), .config = stored.config};
  });
}

Result<ChannelDeleted> ChannelsService::remove(store::Transaction& tx, std::string_view agent, std::string_view name) {
  return serve::erased_or_none(stored_.erase(tx, agent, name), "channel", name, "facioctl channels list")
      .and_then([&] { return tx.append_audit(agent, event_of("deleted", name)); })
      .map([&] { return ChannelDeleted{.name = std::string(name)}; });
}

void ChannelsService::changed(std::string_view name) { pending_.add("channel " + std::string(name)); }

Result<Secret> ChannelsService::revealed(std::string_view agent, std::string_view name) {
  auto stored = existing(stored_.find(agent, name), name);
  if (!stored) return fail(std::move(stored.error()));
  nlohmann::ordered_json config;
  if (auto read = parse_json_tree(stored->config.text, config); !read)
    return fail(Code::internal, "a stored channel: " + read.error().message());
  for (const auto& [pointer, sealed] : stored->sealed) {
    auto value = stored_.unseal(agent, name, sealed, pointer);
    if (!value) return value;
    if (auto read = parse_json_tree(value->reveal(), config[nlohmann::ordered_json::json_pointer(pointer)]); !read)
      return fail(Code::internal, "a stored channel: a sealed value of it is not JSON");
  }
  return Secret(config.dump());
}

}  // namespace facio
