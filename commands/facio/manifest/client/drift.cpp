// facioctl drift: what somebody changed since it was applied.
#include <algorithm>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/manifest/client/session.hpp"

namespace facio::manifest {
namespace {

constexpr std::int64_t kLeastEveryMs = 1000, kLongestEveryMs = 7LL * 24 * 3'600'000;

/// An object that was applied, as it is now: nothing when it is the same.
std::optional<ManifestChange> drifted(const ManifestKind& kind, const std::string& name, const LiveObjects& live, const Record& record) {
  const std::string full = Manifest::full_name(kind, name);
  const Remembered& last = *record.find(full);
  ManifestChange change{.object = full, .change = "update", .owner = last.owner};
  const auto found = live.find(name);
  if (found == live.end()) {
    change.change = "missing";
    return kind.traits.can_be_removed ? std::optional(std::move(change)) : std::nullopt;
  }
  auto body = JsonDocument::parse(last.body.dump());
  if (!body) return std::nullopt;
  const Wanted wanted{.name = name, .body = std::move(*body)};
  if (found->second.opaque || (wanted.body.root().is(JsonKind::object) && wanted.body.root().size() == 0)) return std::nullopt;
  change.fields_.emplace();
  for (const Difference& one : compare(kind, found->second, wanted, {}, record, nullptr).differences) {
    if (one.is_secret) continue;
    ManifestField field = described(one);
    std::swap(field.from, field.to);  // from what was applied to what it is now
    change.fields_->push_back(std::move(field));
  }
  return change.fields_->empty() ? std::nullopt : std::optional(std::move(change));
}

/// One agent, whose objects are said to be those of `context`; empty: of the only one.
Status add_drift(Client& reader, const std::string& owner, const std::string& context, ManifestDiff& diff) {
  auto record = Record::open(reader, false);
  if (!record) return fail(std::move(record.error()));
  for (const ManifestKind* kind : kinds()) {
    const std::string begin = std::string(kind->name()) + "/";
    Names names;
    for (const auto& [full, object] : record->objects)
      if (full.starts_with(begin) && (owner.empty() || object.owner == owner)) names.insert(full.substr(begin.size()));
    if (names.empty()) continue;
    const auto live = kind->read(reader, names);
    if (!live) return fail(live.error());
    for (const std::string& name : names) {
      auto change = drifted(*kind, name, *live, *record);
      if (!change) continue;
      ++(change->change == "missing" ? diff.remove : diff.change);
      if (!context.empty()) change->context = context;
      diff.items.push_back(std::move(*change));
    }
  }
  return {};
}

/// The contexts of --group; one empty name without it.
Result<std::vector<std::string>> contexts_in(Client& client) {
  const std::string group(client.invocation().value("group"));
  if (group.empty()) return std::vector<std::string>{""};
  const auto config = client.config();
  if (!config) return fail(config.error());
  const auto contexts = contexts_of(*config, group);
  if (!contexts) return fail(contexts.error());
  std::vector<std::string> names;
  for (const Context* context : *contexts) names.push_back(context->name);
  if (names.empty()) return fail(Code::usage, "no context is in the group " + group, "facioctl context list");
  return names;
}

/// One look at all agents. Of several, one that cannot be asked is told, and the others are shown; `failed` counts it.
Result<ManifestDiff> look(Client& client, const std::vector<std::string>& contexts, std::size_t& failed) {
  const std::string owner(client.invocation().value("owner"));
  ManifestDiff diff;
  for (const std::string& context : contexts) {
    Invocation asking = for_reading(client.invocation());
    if (!context.empty()) asking.global.target = {.context = context, .own_token = true};
    Client reader(asking, client.streams(), client.environment());
    auto status = add_drift(reader, owner, context, diff);
    if (!status && context.empty()) return fail(std::move(status.error()));
    if (status) continue;
    ++failed;
    auto told = client.streams().err.write("facioctl: " + context + ": " + printable(status.error().message()) + "\n");
    if (!told) return fail(std::move(told.error()));
  }
  return diff;
}

/// Looks again and again, and prints what has changed since the last time.
Result<int> keep_looking(Client& client, const std::vector<std::string>& contexts, std::int64_t every_ms, ManifestDiff diff) {
  std::string shown_last = to_json(diff);
  for (;;) {
    auto alive = client.streams().out.flush();
    if (alive) alive = pause_while_read(static_cast<int>(every_ms));
    if (!alive) return fail(std::move(alive.error()));
    std::size_t failed = 0;
    auto now = look(client, contexts, failed);
    if (!now) {  // it may come back
      if (auto told = client.streams().err.write("facioctl: " + printable(now.error().message()) + "\n"); !told)
        return fail(std::move(told.error()));
      continue;
    }
    if (std::string text = to_json(*now); text != shown_last && failed == 0) {
      shown_last = std::move(text);
      if (auto printed = print_diff(client, *now); !printed) return fail(std::move(printed.error()));
    }
    if (client.invocation().is_set("exit-code") && now->change + now->remove != 0) return info(Code::different).exit;
  }
}

}  // namespace

Result<int> drift(Client& client) {
  const Invocation& invocation = client.invocation();
  std::optional<std::int64_t> every;
  if (invocation.given("every")) {
    const auto given = parse_duration(invocation.value("every"));
    if (given) every = *given;
    if (!given || *given < kLeastEveryMs || *given > kLongestEveryMs)
      return fail_field(Code::usage, "--every", "--every: must be a duration between 1s and 7d, such as 10m");
  }
  const auto contexts = contexts_in(client);
  if (!contexts) return fail(contexts.error());
  std::size_t failed = 0;
  auto diff = look(client, *contexts, failed);
  if (!diff) return fail(std::move(diff.error()));
  if (auto status = print_diff(client, *diff); !status) return fail(std::move(status.error()));
  const bool differs = diff->change + diff->remove != 0;
  if (invocation.is_set("exit-code") && differs) return info(Code::different).exit;
  if (every) return keep_looking(client, *contexts, *every, std::move(*diff));
  if (failed == 0) return 0;
  return fail(Code::partial, std::to_string(failed) + " of " + std::to_string(contexts->size()) + " agents could not be asked");
}

}  // namespace facio::manifest
