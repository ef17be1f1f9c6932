#include "commands/facio/versions/server/service.hpp"

#include <chrono>
#include <mutex>

#include "cli/core/shape_json.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/serve/timed_mutex.hpp"
#include "commands/serve/clock.hpp"
#include "commands/serve/store/store.hpp"
#include "commands/facio/versions/server/history.hpp"
#include "commands/facio/versions/server/patch.hpp"
#include "commands/facio/versions/server/state_parts.hpp"
#include "commands/facio/versions/server/work_tree.hpp"

namespace facio {
namespace {

constexpr std::chrono::seconds kLongestWait{8};
// The document of a rollback that has begun: its state is in the store, the workspace not yet brought back for certain.
constexpr std::string_view kRollbacks = "version_rollback";
constexpr std::string_view kPending = "pending";

/// What has to be known to finish or undo a rollback.
struct PendingRollback {
  std::string target, actor, reason;

  static constexpr ShapeHead shape{"PendingRollback", "A rollback that has begun"};
  static constexpr auto fields() {
    using P = PendingRollback;
    return Fields{field("target", &P::target, "version to go back to"), field("actor", &P::actor, "who"),
                  field("reason", &P::reason, "why")};
  }
};

std::string actor_of(const VersionReason& why) { return why.actor && !why.actor->empty() ? *why.actor : "api"; }

}  // namespace

struct VersionsService::Impl {
  Impl(const serve::ServiceContext& context, CronService& cron, PolicyService& policy)
      : base(context),
        parts{.settings = context.settings, .cron = cron, .policy = policy},
        repository(git, context.data + "/versions", context.files.directory()) {}

  const serve::ServiceContext& base;
  serve::StateParts parts;
  serve::GitProgram git;
  serve::GitRepository repository;
  serve::TimedMutex mutex;  ///< held by whoever changes the repository or the workspace by it
  std::mutex opening;

  using Guard = std::unique_lock<serve::TimedMutex>;
  Result<Guard> one_at_a_time() {
    Guard guard(mutex, kLongestWait);
    if (!guard) return fail(Code::unavailable, "another change of the agent's versions is still under way; try again");
    return guard;
  }
  Status ready() {
    const std::lock_guard guard(opening);
    return repository.open();
  }
  serve::WorkTree work_tree(std::string_view agent) { return {repository, "index-" + std::string(agent)}; }

  /// A version as the repository holds it.
  struct Tip {
    std::string commit, tree;
  };
  Result<Tip> tip(const std::string& ref) {
    auto commit = repository.find(ref);
    if (!commit) return fail(std::move(commit.error()));
    if (commit->empty()) return Tip{};
    auto tree = repository.find(ref + "^{tree}");
    if (!tree) return fail(std::move(tree.error()));
    return Tip{std::move(*commit), std::move(*tree)};
  }

  Result<std::string> state_tree(std::string_view agent);
  Result<std::string> whole_tree(std::string_view agent);
  Result<serve::StateTexts> texts_of(const std::string& commit);
  struct Recorded {
    std::string id;
    bool created = false;
  };
  Result<Recorded> record(std::string_view agent, const serve::VersionMessage& message, bool always);
  Status apply_state(std::string_view agent, const serve::StateTexts& texts, const PendingRollback* pending);
  Status restore_files(std::string_view agent, const std::string& commit);
  Result<Recorded> finish(std::string_view agent, const PendingRollback& pending);
  Result<Recorded> roll_back(std::string_view agent, const std::string& target, const VersionReason& why);
  Status settle(std::string_view agent);
};

// ---------------------------------------------------------------------------------------------------- recording

/// The tree with the state's files.
Result<std::string> VersionsService::Impl::state_tree(std::string_view agent) {
  auto texts = parts.texts(agent);
  if (!texts) return fail(std::move(texts.error()));
  std::vector<serve::TreeEntry> entries;
  for (auto& [name, text] : {std::pair<const char*, std::string&>{"cron.json", texts->cron},
                             {"policy.json", texts->policy},
                             {"settings.json", texts->settings}}) {
    if (text.empty()) continue;
    auto blob = repository.write_blob(std::move(text));
    if (!blob) return blob;
    entries.push_back({"100644", std::move(*blob), name});
  }
  return repository.write_tree(entries);
}

Result<std::string> VersionsService::Impl::whole_tree(std::string_view agent) {
  auto state = state_tree(agent);
  if (!state) return state;
  auto files = work_tree(agent).record();
  if (!files) return files;
  return repository.write_tree({{"040000", *state, "state"}, {"040000", *files, "workspace"}});
}

/// A commit of everything as it is; `always`: also when nothing has changed.
Result<VersionsService::Impl::Recorded> VersionsService::Impl::record(std::string_view agent, const serve::VersionMessage& message,
                                                                      bool always) {
  const std::string ref = serve::VersionHistory(repository, agent).ref();
  auto before = tip(ref);
  if (!before) return fail(std::move(before.error()));
  auto tree = whole_tree(agent);
  if (!tree) return fail(std::move(tree.error()));
  if (!always && !before->commit.empty() && *tree == before->tree) return Recorded{.id = before->commit, .created = false};
  auto id = repository.commit(ref, *tree, before->commit, base.clock.now_ms() / 1000, serve::compose_message(message));
  if (!id) return fail(std::move(id.error()));
  return Recorded{.id = std::move(*id), .created = true};
}

// ----------------------------------------------------------------------------------------------------- rollback

Result<serve::StateTexts> VersionsService::Impl::texts_of(const std::string& commit) {
  serve::StateTexts texts;
  for (auto& [name, text] :
       {std::pair<const char*, std::string&>{"cron.json", texts.cron}, {"policy.json", texts.policy}, {"settings.json", texts.settings}}) {
    auto blob = repository.read_blob(commit + ":state/" + name);
    if (!blob) return fail(std::move(blob.error()));
    text = std::move(*blob).value_or(std::string{});
  }
  return texts;
}

/// Brings the store to the texts, all of it or nothing; in the same unit of work notes that a rollback has begun, or (no `pending`) that
/// none is under way.
Status VersionsService::Impl::apply_state(std::string_view agent_name, const serve::StateTexts& texts, const PendingRollback* pending) {
  const std::string agent(agent_name);
  auto present = parts.cron.jobs(agent);
  if (!present) return fail(std::move(present.error()));
  serve::StateParts::Restored restored;
  auto status = base.store.run([&](store::Transaction& tx) -> Status {
    auto made = parts.restore(tx, agent, texts, *present);
    if (!made) return fail(std::move(made.error()));
    restored = std::move(*made);
    if (pending != nullptr) return tx.save_document(agent, kRollbacks, kPending, to_json(*pending));
    auto erased = tx.erase_document(agent, kRollbacks, kPending);
    return erased ? Status{} : fail(std::move(erased.error()));
  });
  if (status) parts.publish(agent, restored);
  return status;
}

Status VersionsService::Impl::restore_files(std::string_view agent, const std::string& commit) {
  auto tree = repository.find(commit + ":workspace");
  if (!tree) return fail(std::move(tree.error()));
  if (tree->empty()) return fail(Code::rejected, "version " + commit.substr(0, 12) + " holds no workspace");
  return work_tree(agent).restore(*tree);
}

/// From a store that holds the target's state: the workspace, the version, the end of the note.
Result<VersionsService::Impl::Recorded> VersionsService::Impl::finish(std::string_view agent, const PendingRollback& pending) {
  if (auto status = restore_files(agent, pending.target); !status) return fail(std::move(status.error()));
  auto made =
      record(agent, {.message = "rollback to " + pending.target.substr(0, 12), .actor = pending.actor, .reason = pending.reason}, true);
  if (!made) return made;
  auto status = base.store.run([&](store::Transaction& tx) -> Status {
    auto erased = tx.erase_document(agent, kRollbacks, kPending);
    return erased ? Status{} : fail(std::move(erased.error()));
  });
  if (!status) return fail(std::move(status.error()));
  return made;
}

Result<VersionsService::Impl::Recorded> VersionsService::Impl::roll_back(std::string_view agent, const std::string& target,
                                                                         const VersionReason& why) {
  const std::string short_id = target.substr(0, 12);
  auto before =
      record(agent, {.message = "before the rollback to " + short_id, .actor = "facioctl", .reason = "recorded by itself"}, false);
  if (!before) return before;
  auto texts = texts_of(target);
  if (!texts) return fail(std::move(texts.error()));
  const PendingRollback pending{target, actor_of(why), why.reason.value_or("rollback to " + short_id)};
  if (auto status = apply_state(agent, *texts, &pending); !status) return fail(std::move(status.error()));
  auto made = finish(agent, pending);
  if (made || git.stopping()) return made;
  // It cannot be done here and now: back to what was recorded a moment ago.
  auto old = texts_of(before->id);
  const Status files = restore_files(agent, before->id);
  const Status state = old ? (files ? apply_state(agent, *old, nullptr) : files) : fail(old.error());
  if (!state)
    return fail(Code::internal, "the rollback failed half-way and goes on with the next change of a version: " + made.error().message());
  return fail(made.error().code(), "nothing was rolled back: " + made.error().message());
}

/// Finishes a rollback that was cut off.
Status VersionsService::Impl::settle(std::string_view agent) {
  auto stored = base.store.documents().get(agent, kRollbacks, kPending);
  if (!stored) return fail(std::move(stored.error()));
  if (!*stored) return {};
  auto pending = from_json<PendingRollback>(**stored);
  if (!pending) return fail(std::move(pending.error()));
  // The index may be older than the files; what is there now is to be replaced anyway.
  if (auto tree = work_tree(agent).record(); !tree) return fail(std::move(tree.error()));
  auto made = finish(agent, *pending);
  return made ? Status{} : fail(std::move(made.error()));
}

// ------------------------------------------------------------------------------------------------------ service

VersionsService::VersionsService(const serve::ServiceContext& context, CronService& cron, PolicyService& policy, McpService&)
    : impl_(std::make_unique<Impl>(context, cron, policy)) {}
VersionsService::~VersionsService() = default;

Result<VersionCheckpoint> VersionsService::checkpoint(std::string_view agent, const VersionReason& why) {
  auto guard = impl_->one_at_a_time();
  if (!guard) return fail(std::move(guard.error()));
  if (auto status = impl_->ready(); !status) return fail(std::move(status.error()));
  if (auto status = impl_->settle(agent); !status) return fail(std::move(status.error()));
  const std::string reason = why.reason.value_or("");
  const bool blank = reason.find_first_not_of(" \t\r\n") == std::string::npos;
  auto made = impl_->record(agent, {.message = blank ? "checkpoint" : reason, .actor = actor_of(why), .reason = reason}, false);
  if (!made) return fail(std::move(made.error()));
  auto version = serve::VersionHistory(impl_->repository, agent).get(made->id);
  if (!version) return fail(std::move(version.error()));
  return VersionCheckpoint{std::move(*version), made->created};
}

Result<AgentVersionList> VersionsService::list(std::string_view agent, std::int64_t limit) {
  if (auto status = impl_->ready(); !status) return fail(std::move(status.error()));
  auto items = serve::VersionHistory(impl_->repository, agent).list(limit);
  if (!items) return fail(std::move(items.error()));
  const auto count = static_cast<std::int64_t>(items->size());
  return AgentVersionList{.items = std::move(*items), .count = count, .limit = limit};
}

Result<AgentVersion> VersionsService::get(std::string_view agent, std::string_view sha) {
  if (auto status = impl_->ready(); !status) return fail(std::move(status.error()));
  const serve::VersionHistory history(impl_->repository, agent);
  auto id = history.resolve(sha);
  if (!id) return fail(std::move(id.error()));
  return history.get(*id);
}

Result<std::string> VersionsService::diff(std::string_view agent, std::string_view sha, std::string_view path) {
  if (!path.empty())
    if (auto status = WorkspaceFiles::check_path(path); !status)
      return fail_field(Code::rejected, "path", "path: " + status.error().message());
  if (auto status = impl_->ready(); !status) return fail(std::move(status.error()));
  const serve::VersionHistory history(impl_->repository, agent);
  auto id = history.resolve(sha);
  if (!id) return id;
  return history.diff(*id, path);
}

Result<AgentVersion> VersionsService::rollback(std::string_view agent, std::string_view sha, const VersionReason& why) {
  auto guard = impl_->one_at_a_time();
  if (!guard) return fail(std::move(guard.error()));
  if (auto status = impl_->ready(); !status) return fail(std::move(status.error()));
  if (auto status = impl_->settle(agent); !status) return fail(std::move(status.error()));
  const serve::VersionHistory history(impl_->repository, agent);
  auto target = history.resolve(sha);
  if (!target) return fail(std::move(target.error()));
  auto made = impl_->roll_back(agent, *target, why);
  if (!made) return fail(std::move(made.error()));
  return history.get(made->id);
}

Status VersionsService::recover(std::string_view agent) {
  auto stored = impl_->base.store.documents().get(agent, kRollbacks, kPending);
  if (!stored) return fail(std::move(stored.error()));
  if (!*stored) return {};
  auto guard = impl_->one_at_a_time();
  if (!guard) return fail(std::move(guard.error()));
  if (auto status = impl_->ready(); !status) return status;
  return impl_->settle(agent);
}

void VersionsService::stop() { impl_->git.stop(); }

Result<std::string> VersionsService::make_diff(const std::vector<FileChange>& changes) {
  if (auto status = impl_->ready(); !status) return fail(std::move(status.error()));
  return serve::make_diff(impl_->repository, changes);
}

Result<std::vector<FileChange>> VersionsService::preview(const std::string& diff, PatchMode mode) {
  if (auto status = impl_->ready(); !status) return fail(std::move(status.error()));
  return serve::preview(impl_->repository, impl_->base.files, diff, mode);
}

}  // namespace facio
