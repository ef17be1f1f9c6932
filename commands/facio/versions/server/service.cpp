#include "commands/facio/versions/server/service.hpp"

#include <chrono>

#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/versions/server/history.hpp"
#include "commands/facio/versions/server/work_tree.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/store/store.hpp"

namespace facio {
namespace {

constexpr std::chrono::seconds kLongestWait{8};
// The document of a rollback that has begun: the store has its state, the workspace may not be restored yet.
constexpr std::string_view kRollbacks = "version_rollback";
constexpr std::string_view kPending = "pending";

std::string actor_of(const VersionReason& why) { return why.actor && !why.actor->empty() ? *why.actor : "api"; }

Status end_rollback(store::Transaction& tx, std::string_view agent) {
  return tx.erase_document(agent, kRollbacks, kPending).map([](auto&&) {});
}

serve::WorkTree work_tree(const serve::GitRepository& repository, std::string_view agent) {
  return {repository, "index-" + std::string(agent)};
}

}  // namespace

/// What it takes to finish or undo a rollback.
struct VersionsService::PendingRollback {
  std::string target, actor, reason;

  static constexpr ShapeHead shape{"PendingRollback", "A rollback that has begun"};
  static constexpr auto fields() {
    using P = PendingRollback;
    return Fields{field("target", &P::target, "version to go back to"), field("actor", &P::actor, "who"),
                  field("reason", &P::reason, "why")};
  }
};

VersionsService::VersionsService(const serve::ServiceContext& context, CronService& cron, PolicyService& policy)
    : context_(context),
      state_{.settings = context.settings, .cron = cron, .policy = policy},
      repository_(git_, context.data + "/versions", context.files.directory()) {}

Status VersionsService::ready() {
  const std::lock_guard guard(opening_);
  return repository_.open();
}

Result<VersionsService::Guard> VersionsService::begin_change(std::string_view agent) {
  Guard guard(mutex_, kLongestWait);
  if (!guard) return fail(Code::unavailable, "another change of the agent's versions is still under way; try again");
  if (auto status = ready(); !status) return fail(std::move(status.error()));
  auto pending = pending_rollback(agent);
  if (!pending) return fail(std::move(pending.error()));
  if (!*pending) return guard;
  // The index may be older than the files, which are about to be replaced anyway.
  if (auto tree = work_tree(repository_, agent).record(); !tree) return fail(std::move(tree.error()));
  if (auto made = finish(agent, **pending); !made) return fail(std::move(made.error()));
  return guard;
}

/// The tree of the present state and files.
Result<std::string> VersionsService::write_tree(std::string_view agent) {
  auto texts = state_.texts(agent);
  if (!texts) return fail(std::move(texts.error()));
  std::vector<serve::TreeEntry> entries;
  for (const auto& [name, text] : serve::kStateFiles) {
    if (((*texts).*text).empty()) continue;
    auto blob = repository_.write_blob(std::move((*texts).*text));
    if (!blob) return blob;
    entries.push_back({"100644", std::move(*blob), name});
  }
  auto state = repository_.write_tree(entries);
  if (!state) return state;
  auto files = work_tree(repository_, agent).record();
  if (!files) return files;
  return repository_.write_tree({{"040000", *state, "state"}, {"040000", *files, "workspace"}});
}

/// Commits the present state; with `always` also when nothing has changed.
Result<VersionsService::Recorded> VersionsService::record(std::string_view agent, const serve::VersionMessage& message, bool always) {
  const std::string ref = serve::VersionHistory(repository_, agent).ref();
  auto before = repository_.find(ref);
  if (!before) return fail(std::move(before.error()));
  auto old_tree = before->empty() ? Result<std::string>() : repository_.find(ref + "^{tree}");
  if (!old_tree) return fail(std::move(old_tree.error()));
  auto tree = write_tree(agent);
  if (!tree) return fail(std::move(tree.error()));
  if (!always && !before->empty() && *tree == *old_tree) return Recorded{.id = std::move(*before), .created = false};
  auto id = repository_.commit(ref, *tree, *before, context_.clock.now_ms() / 1000, serve::compose_message(message));
  if (!id) return fail(std::move(id.error()));
  return Recorded{.id = std::move(*id), .created = true};
}

Result<serve::StateTexts> VersionsService::texts_of(const std::string& commit) {
  serve::StateTexts texts;
  for (const auto& [name, text] : serve::kStateFiles) {
    auto blob = repository_.read_blob(commit + ":state/" + name);
    if (!blob) return fail(std::move(blob.error()));
    texts.*text = std::move(*blob).value_or(std::string{});
  }
  return texts;
}

/// Restores the store's state, all of it or nothing. The same transaction notes that a rollback has begun, or (no `pending`) that none is
/// under way.
Status VersionsService::apply_state(std::string_view agent_name, const serve::StateTexts& texts, const PendingRollback* pending) {
  const std::string agent(agent_name);
  auto present = state_.cron.jobs(agent);
  if (!present) return fail(std::move(present.error()));
  serve::StateParts::Restored restored;
  auto status = context_.store.run([&](store::Transaction& tx) -> Status {
    auto made = state_.restore(tx, agent, texts, *present);
    if (!made) return fail(std::move(made.error()));
    restored = std::move(*made);
    return pending != nullptr ? tx.save_document(agent, kRollbacks, kPending, to_json(*pending)) : end_rollback(tx, agent);
  });
  if (status) state_.publish(agent, restored);
  return status;
}

Status VersionsService::restore_files(std::string_view agent, const std::string& commit) {
  auto tree = repository_.find(commit + ":workspace");
  if (!tree) return fail(std::move(tree.error()));
  if (tree->empty()) return fail(Code::rejected, "version " + commit.substr(0, 12) + " holds no workspace");
  return work_tree(repository_, agent).restore(*tree);
}

Result<std::optional<VersionsService::PendingRollback>> VersionsService::pending_rollback(std::string_view agent) {
  auto stored = context_.store.documents().get(agent, kRollbacks, kPending);
  if (!stored) return fail(std::move(stored.error()));
  if (!*stored) return std::optional<PendingRollback>();
  return from_json<PendingRollback>(**stored).map([](PendingRollback pending) { return std::optional(std::move(pending)); });
}

/// With the target's state in the store already: restores the workspace, records the version and removes the note.
Result<VersionsService::Recorded> VersionsService::finish(std::string_view agent, const PendingRollback& pending) {
  if (auto status = restore_files(agent, pending.target); !status) return fail(std::move(status.error()));
  auto made =
      record(agent, {.message = "rollback to " + pending.target.substr(0, 12), .actor = pending.actor, .reason = pending.reason}, true);
  if (!made) return made;
  auto status = context_.store.run([&](store::Transaction& tx) { return end_rollback(tx, agent); });
  if (!status) return fail(std::move(status.error()));
  return made;
}

Result<VersionsService::Recorded> VersionsService::roll_back(std::string_view agent, const std::string& target, const VersionReason& why) {
  const std::string short_id = target.substr(0, 12);
  auto before =
      record(agent, {.message = "before the rollback to " + short_id, .actor = "facioctl", .reason = "recorded by itself"}, false);
  if (!before) return before;
  auto texts = texts_of(target);
  if (!texts) return fail(std::move(texts.error()));
  const PendingRollback pending{target, actor_of(why), why.reason.value_or("rollback to " + short_id)};
  if (auto status = apply_state(agent, *texts, &pending); !status) return fail(std::move(status.error()));
  auto made = finish(agent, pending);
  if (made || git_.stopping()) return made;
  // It failed: back to what was recorded a moment ago.
  auto old = texts_of(before->id);
  const Status files = restore_files(agent, before->id);
  const Status state = old ? (files ? apply_state(agent, *old, nullptr) : files) : fail(old.error());
  if (!state)
    return fail(Code::internal, "the rollback failed half-way and goes on with the next change of a version: " + made.error().message());
  return fail(made.error().code(), "nothing was rolled back: " + made.error().message());
}

Result<VersionCheckpoint> VersionsService::checkpoint(std::string_view agent, const VersionReason& why) {
  auto guard = begin_change(agent);
  if (!guard) return fail(std::move(guard.error()));
  const std::string reason = why.reason.value_or("");
  auto made = record(agent, {.message = is_blank(reason) ? "checkpoint" : reason, .actor = actor_of(why), .reason = reason}, false);
  if (!made) return fail(std::move(made.error()));
  auto version = serve::VersionHistory(repository_, agent).get(made->id);
  if (!version) return fail(std::move(version.error()));
  return VersionCheckpoint{std::move(*version), made->created};
}

Result<AgentVersionList> VersionsService::list(std::string_view agent, std::int64_t limit) {
  if (auto status = ready(); !status) return fail(std::move(status.error()));
  auto items = serve::VersionHistory(repository_, agent).list(limit);
  if (!items) return fail(std::move(items.error()));
  const auto count = static_cast<std::int64_t>(items->size());
  return AgentVersionList{.items = std::move(*items), .count = count, .limit = limit};
}

Result<AgentVersion> VersionsService::get(std::string_view agent, std::string_view sha) {
  if (auto status = ready(); !status) return fail(std::move(status.error()));
  const serve::VersionHistory history(repository_, agent);
  return history.resolve(sha).and_then([&](const std::string& id) { return history.get(id); });
}

Result<std::string> VersionsService::diff(std::string_view agent, std::string_view sha, std::string_view path) {
  if (!path.empty())
    if (auto status = WorkspaceFiles::check_path(path); !status) return reject_field("path", status.error().message());
  if (auto status = ready(); !status) return fail(std::move(status.error()));
  const serve::VersionHistory history(repository_, agent);
  return history.resolve(sha).and_then([&](const std::string& id) { return history.diff(id, path); });
}

Result<AgentVersion> VersionsService::rollback(std::string_view agent, std::string_view sha, const VersionReason& why) {
  auto guard = begin_change(agent);
  if (!guard) return fail(std::move(guard.error()));
  const serve::VersionHistory history(repository_, agent);
  auto target = history.resolve(sha);
  if (!target) return fail(std::move(target.error()));
  auto made = roll_back(agent, *target, why);
  if (!made) return fail(std::move(made.error()));
  return history.get(made->id);
}

Status VersionsService::recover(std::string_view agent) {
  auto pending = pending_rollback(agent);
  if (!pending) return fail(std::move(pending.error()));
  if (!*pending) return {};  // the usual case runs no git
  return begin_change(agent).map([](const Guard&) {});
}

}  // namespace facio
