#include "commands/serve/outside_change.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "cli/core/encoding.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/serve/store/store.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kIntents = "outside_change";
constexpr std::string_view kIsGone = "gone", kHasText = "sha256 ", kIsDirectory = "directory ";
constexpr std::size_t kMostHashed = std::size_t{64} << 20U;
constexpr std::int64_t kRecordAgainMs = 2000;

/// The note in the store.
struct Intent {
  AuditEvent request;
  std::optional<AuditEvent> done;
  std::vector<Trace> traces;

  static constexpr ShapeHead shape{"Intent", "A change outside the store that has begun"};
  static constexpr auto fields() {
    return Fields{field("request", &Intent::request, "event of the request"), field("done", &Intent::done, "event of the change"),
                  field("traces", &Intent::traces, "how it is seen")};
  }
};

std::string seen(const WorkspaceFiles& files, const std::string& path, std::string_view as) {
  if (const int why = files.why_absent(path); why != 0) return why == ENOENT || why == ENOTDIR ? std::string(kIsGone) : std::string();
  if (as.starts_with(kIsDirectory)) return std::string(kIsDirectory) + files.identity(path);
  if (!as.starts_with(kHasText)) return {};
  const auto bytes = files.read(path, kMostHashed);
  return bytes ? std::string(kHasText) + sha256_hex({*bytes}) : std::string();
}

bool is_done(const WorkspaceFiles& files, const std::vector<Trace>& traces) {
  return !traces.empty() && std::ranges::all_of(traces, [&](const Trace& one) { return seen(files, one.path, one.after) == one.after; });
}

/// The events of a change whose maker has ended.
std::vector<AuditEvent> settled(const WorkspaceFiles& files, Intent intent) {
  const bool done = is_done(files, intent.traces);
  std::vector<AuditEvent> events;
  if (done && intent.done) events.push_back(std::move(*intent.done));
  const char* what = done                    ? "; the change was made"
                     : intent.traces.empty() ? "; it may or may not have had its effect"
                                             : "; the change was not made, or was overwritten since";
  AuditEvent request = std::move(intent.request);
  request.message = request.message.value_or("") + ": interrupted: the runtime stopped before it answered" + what;
  request.status = "error";
  events.push_back(std::move(request));
  return events;
}

Status append(store::Transaction& tx, const std::string& agent, const std::vector<AuditEvent>& events) {
  for (const AuditEvent& event : events)
    if (auto status = tx.append_audit(agent, event); !status) return status;
  return {};
}

Status erase(store::Transaction& tx, const std::string& agent, const std::string& id) {
  auto erased = tx.erase_document(agent, kIntents, id);
  return erased ? Status{} : fail(std::move(erased.error()));
}

}  // namespace

Trace Trace::file(std::string path, std::string_view bytes) { return {std::move(path), std::string(kHasText) + sha256_hex({bytes})}; }
Trace Trace::gone(std::string path) { return {std::move(path), std::string(kIsGone)}; }
Trace Trace::directory(std::string path, std::string identity) {
  return {std::move(path), std::string(kIsDirectory) + std::move(identity)};
}

Status OutsideChanges::recover(std::string_view agent) {
  auto found = store_.documents().list(agent, kIntents);
  if (!found) return fail(std::move(found.error()));
  if (found->empty()) return {};
  return store_.run([&](store::Transaction& tx) -> Status {
    for (const store::Document& document : *found) {
      auto intent = from_json<Intent>(document.json);
      if (!intent) return fail(Code::internal, "the note of a change cannot be read: " + intent.error().message());
      if (auto status = append(tx, std::string(agent), settled(files_, std::move(*intent))); !status) return status;
      if (auto status = erase(tx, std::string(agent), document.id); !status) return status;
    }
    return {};
  });
}

void OutsideChanges::record_later(Waiting one) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(one));
  if (!std::exchange(started_, true))
    (void)alarm_.start([this](AlarmClock::Jump) {
      if (!record_waiting()) alarm_.set(now_ms() + kRecordAgainMs);
    });
  alarm_.set(now_ms() + kRecordAgainMs);
}

/// False when the store still cannot.
bool OutsideChanges::record_waiting() {
  std::vector<Waiting> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(waiting_);
  }
  if (all.empty()) return true;
  auto status = store_.run([&](store::Transaction& tx) -> Status {
    for (const Waiting& one : all) {
      if (auto done = append(tx, one.agent, one.events); !done) return done;
      if (auto done = erase(tx, one.agent, one.id); !done) return done;
    }
    return {};
  });
  if (status) return true;
  const std::lock_guard lock(mutex_);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
  return false;
}

void OutsideChanges::stop() {
  alarm_.stop();
  (void)record_waiting();
}

OutsideChange::OutsideChange(OutsideChanges& all, std::string_view agent, std::string id, AuditEvent request)
    : all_(all), agent_(agent), id_(std::move(id)), request_(std::move(request)) {}

Status OutsideChange::begin(std::optional<AuditEvent> done, std::vector<Trace> traces) {
  done_ = std::move(done);
  traces_ = std::move(traces);
  const std::string note = to_json(Intent{request_, done_, traces_});
  auto status = all_.store_.run([&](store::Transaction& tx) { return tx.save_document(agent_, kIntents, id_, note); });
  begun_ = begun_ || status.has_value();
  return status;
}

Status OutsideChange::end(store::Transaction& tx) const { return begun_ ? erase(tx, agent_, id_) : Status{}; }

void OutsideChange::give_up() {
  if (!begun_) return;
  std::vector<AuditEvent> events;
  if (done_ && is_done(all_.files_, traces_)) events.push_back(std::move(*done_));
  auto status = all_.store_.run([&](store::Transaction& tx) -> Status {
    if (auto done = append(tx, agent_, events); !done) return done;
    return erase(tx, agent_, id_);
  });
  if (!status) all_.record_later({agent_, id_, std::move(events)});
}

void OutsideChange::record_later(std::vector<AuditEvent> events) {
  events.push_back(std::move(request_));
  all_.record_later({agent_, id_, std::move(events)});
}

}  // namespace facio::serve
