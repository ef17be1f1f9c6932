#include "commands/facio/manifest/client/guard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include "cli/command_line/patience.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/short_text.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "cli/process/process.hpp"
#include "commands/facio/manifest/client/probes.hpp"

namespace facio::manifest {
namespace {

using std::chrono::milliseconds;

constexpr ShortText<12> kStates[] = {"writing", "pending", "confirmed", "undone", "failed"};
constexpr int kLookMs = 200;
constexpr milliseconds kLongestProbe{60'000};
constexpr std::chrono::minutes kLongestUndoing{10};

void pause(int ms) { (void)::poll(nullptr, 0, ms); }

Guard guard_of(const std::string& id, JsonRef from) {
  Guard guard{.id = id};
  const auto state = std::ranges::find(kStates, from.get("state").text(), [](const auto& one) { return std::string_view(one); });
  guard.state = state == std::end(kStates) ? GuardState::failed : static_cast<GuardState>(state - std::begin(kStates));
  if (const JsonRef within = from.get("within_ms"); within.is(JsonKind::integer)) guard.within_ms = within.integer();
  if (const JsonRef deadline = from.get("deadline_ms"); deadline.is(JsonKind::integer)) guard.deadline_ms = deadline.integer();
  for (std::size_t i = 0; i < from.get("probes").size(); ++i) guard.probes.push_back(from.get("probes").at(i).text());
  guard.why = from.get("why").text();
  return guard;
}

/// The process that watches.
class Watch {
 public:
  Watch(Client& client, std::string id)
      : client_(client),
        id_(std::move(id)),
        asking_(for_reading(client.invocation())),
        asker_(asking_, client.streams(), client.environment()) {
    if (const auto target = client.target()) asker_.identify_by((*target)->token, {});
  }

  Result<int> run() {
    for (;;) {
      const auto record = Record::open(client_, false);
      if (!record) return fail(record.error());
      auto guard = read_guard(*record, id_);
      if (!guard) return fail(std::move(guard.error()));
      if (!*guard) return no_such("guarded apply", id_, "facioctl applies");
      if (!(*guard)->is_open()) return 0;
      if ((*guard)->state == GuardState::writing) {
        auto held = Record::try_open(client_);
        if (!held) return fail(std::move(held.error()));
        if (*held) {  // whoever applied has gone; it may have ended just now
          const auto now = read_guard(**held, id_);
          if (now && *now && (*now)->state == GuardState::writing) return give_up(**held, **now, "the process that applied it ended early");
        }
      } else if (now_ms() >= (*guard)->deadline_ms) {
        auto held = Record::open(client_, true);
        if (!held) return fail(std::move(held.error()));
        const auto now = read_guard(*held, id_);
        if (now && *now && (*now)->is_open()) return give_up(*held, **now, why_late(**now));
        return 0;
      } else if (!(*guard)->probes.empty() && all_good(**guard)) {
        return confirm();
      }
      pause(kLookMs);
    }
  }

 private:
  [[nodiscard]] std::string why_late(const Guard& guard) const {
    if (!why_.empty()) return why_;
    return guard.why.empty() ? "nobody confirmed it in time" : guard.why;
  }

  /// Each look asks all of them; what the first that fails says is remembered.
  bool all_good(const Guard& guard) {
    for (const std::string& probe : guard.probes) {
      const milliseconds left(std::clamp<std::int64_t>(guard.deadline_ms - now_ms(), 1, kLongestProbe.count()));
      asking_.global.timeout_ms = static_cast<int>(left.count());
      if (auto good = run_probe(asker_, probe, left); !good) {
        why_ = probe + ": " + good.error().message();
        return false;
      }
    }
    return true;
  }

  Result<int> confirm() {
    auto held = Record::open(client_, true);
    if (!held) return fail(std::move(held.error()));
    auto now = read_guard(*held, id_);
    if (!now || !*now || !(*now)->is_open()) return 0;
    (*now)->state = GuardState::confirmed;
    (*now)->why = "all probes are good";
    return exit_code(save(*held, **now));
  }

  /// Tried again while the agent cannot be reached.
  Result<int> give_up(Record& record, Guard guard, const std::string& why) {
    guard.why = why;
    guard.state = GuardState::failed;
    for (Patience patience(kLongestUndoing); !patience.is_over(); patience.pause()) {
      asking_.global.timeout_ms = client_.invocation().global.timeout_ms;
      const auto undone = undo(client_, asker_, record, id_);
      if (undone && !failure_of(*undone)) {
        guard.state = GuardState::undone;
        break;
      }
      guard.why = why + "; undoing it failed: " + (undone ? failure_of(*undone)->message() : undone.error().message());
      if (auto saved = save(record, guard); !saved) return fail(std::move(saved.error()));
    }
    return exit_code(save(record, guard));
  }

  Client& client_;
  std::string id_, why_;
  Invocation asking_;
  Client asker_;  ///< one connection for all probes
};

}  // namespace

Status save(const Record& record, const Guard& guard) {
  std::string probes;
  for (const std::string& probe : guard.probes) probes += (probes.empty() ? "" : ",") + to_json(probe);
  return record.save_guard(
      guard.id, json_object("id", guard.id, "state", std::string_view(kStates[static_cast<std::size_t>(guard.state)]), "within_ms",
                            guard.within_ms, "deadline_ms", guard.deadline_ms, "probes", RawJson{"[" + probes + "]"}, "why", guard.why)
                    .text);
}

Result<std::optional<Guard>> read_guard(const Record& record, const std::string& id) {
  auto document = record.read_guard(id);
  if (!document) return fail(std::move(document.error()));
  if (!*document) return std::optional<Guard>();
  return std::optional(guard_of(id, (*document)->root()));
}

Result<std::optional<Guard>> open_guard(const Record& record) {
  const auto ids = record.guards();
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    auto guard = read_guard(record, *id);
    if (!guard) return guard;
    if (*guard && (*guard)->is_open()) return guard;
  }
  return std::optional<Guard>();
}

Result<Descriptor> start_guard(Client& client, const std::string& id) {
  const auto target = client.target();
  if (!target) return fail(target.error());
  const Context& context = (*target)->context;
  PipeEnds token = make_pipe();
  if (!token) return fail(Code::unavailable, "cannot make a pipe: " + system_reason(errno));
  std::vector<std::string> words = {"facioctl", "confirm", id, "--guard"};
  if (!client.invocation().global.config.empty()) words.insert(words.end(), {"--config", client.invocation().global.config});
  if (context.name.empty()) words.insert(words.end(), {"--url", context.url});
  else words.insert(words.end(), {"--context", context.name});
  if (!(*target)->token.empty()) words.insert(words.end(), {"--token-fd", "3"});
  char path[4096];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0 || length == sizeof path) return fail(Code::unavailable, "cannot find this program: " + system_reason(errno));
  auto process = Process::start({.path = std::string(path, static_cast<std::size_t>(length)),
                                 .words = std::move(words),
                                 .environment = own_environment(),
                                 .directory = "/",
                                 .streams = {StreamEnd::nothing, StreamEnd::nothing, StreamEnd::nothing},
                                 .descriptors = {token.reading.get()},
                                 .detached = true});
  if (!process) return fail(std::move(process.error()));
  // A token is far smaller than what a pipe holds.
  if (!write_all(token.writing.get(), (*target)->token.reveal())) return fail(Code::unavailable, "cannot hand the token over");
  return std::move(process->end);
}

Result<int> watch_over(Client& client, const std::string& id) { return Watch(client, id).run(); }

Result<int> wait_for_guard(Client& client, Client& reader, const std::string& id, const Descriptor& end) {
  for (;;) {
    pollfd ended{end.get(), POLLIN, 0};
    (void)::poll(&ended, 1, kLookMs);
    const auto record = Record::open(reader, false);
    if (!record) return fail(record.error());
    const auto guard = read_guard(*record, id);
    if (!guard) return fail(guard.error());
    if (!*guard) return no_such("guarded apply", id, "facioctl applies");
    const std::string because = (*guard)->why.empty() ? std::string() : ": " + printable((*guard)->why);
    switch ((*guard)->state) {
      case GuardState::confirmed: return exit_code(note(client, "apply " + id + " is confirmed" + because));
      case GuardState::undone: return fail(Code::undone, "apply " + id + " was undone" + because);
      case GuardState::failed:
        if (ended.revents == 0) break;  // it is being tried again
        return fail(Code::partial, "apply " + id + " was to be undone" + because, "facioctl rollback " + id);
      default:
        if (ended.revents != 0)
          return fail(Code::failed, "the guard of apply " + id + " has ended", "facioctl confirm " + id + ", or facioctl rollback " + id);
    }
  }
}

Result<Plan> plan_back(Client& reader, JsonRef apply, const Record& record) {
  Manifest manifest;
  manifest.owner = apply.get("owner").text();
  std::vector<std::pair<const ManifestKind*, std::string>> made;
  const JsonRef objects = apply.get("objects");
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::string& full = objects.at(i).get("object").text();
    const auto slash = full.find('/');
    const ManifestKind* kind = find_kind(full.substr(0, slash));
    if (kind == nullptr || slash == std::string::npos) return fail(Code::integrity, "the apply's file holds an object of no known kind");
    const JsonRef before = objects.at(i).get("before");
    if (before.is_null() && kind->traits.can_be_removed) {
      made.emplace_back(kind, full.substr(slash + 1));
      continue;
    }
    auto body = JsonDocument::parse(before.dump());
    if (!body) return fail(std::move(body.error()));
    manifest.objects[kind].push_back({.name = full.substr(slash + 1), .body = std::move(*body), .where = full});
  }
  auto back = make_plan(reader, std::move(manifest), record, {.take_over = true, .restores = true});
  if (!back) return back;
  std::erase_if(back->steps, [](const Step& step) { return !step.writes(); });
  back->dropped.clear();
  std::map<const ManifestKind*, Names> names;
  for (const auto& [kind, name] : made) names[kind].insert(name);
  std::map<const ManifestKind*, LiveObjects> lives;
  for (const auto& [kind, wanted] : names) {
    auto live = kind->read(reader, wanted);
    if (!live) return fail(std::move(live.error()));
    lives.emplace(kind, std::move(*live));
  }
  for (auto one = made.rbegin(); one != made.rend(); ++one) {
    const auto& [kind, name] = *one;
    const auto found = lives[kind].find(name);
    if (found == lives[kind].end()) continue;
    const auto kept = back->live[kind].insert_or_assign(name, std::move(found->second)).first;
    back->steps.push_back({.kind = kind, .name = name, .what = Step::What::remove, .live = &kept->second});
  }
  return back;
}

std::map<std::string, std::optional<Remembered>, std::less<>> former_records(JsonRef apply) {
  std::map<std::string, std::optional<Remembered>, std::less<>> former;
  const JsonRef objects = apply.get("objects");
  for (std::size_t i = 0; i < objects.size(); ++i) {
    auto& before = former[objects.at(i).get("object").text()];
    if (const JsonRef kept = objects.at(i).get("record"))
      if (auto read = read_remembered(kept)) before = std::move(*read);
  }
  return former;
}

Result<ManifestApplied> undo(Client& writer, Client& reader, Record& record, const std::string& id) {
  const auto apply = record.read_apply(id);
  if (!apply) return fail(apply.error());
  auto plan = plan_back(reader, apply->root(), record);
  if (!plan) return fail(std::move(plan.error()));
  const auto former = former_records(apply->root());
  return carry_out(writer, reader, *plan, record, {.command = "rollback", .former = &former});
}

}  // namespace facio::manifest
