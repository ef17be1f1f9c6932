// What can be learned from an agent: answer, token, clock, version, areas, restart, channels, secrets.
#include <ctime>

#include "cli/command_line/parse.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/channels/rules.hpp"
#include "commands/local/doctor/report.hpp"

namespace facio::credentials {
Result<FindingList> lint_findings(Client& client);  // what `credentials lint` finds
}

namespace facio::doctor {
namespace {

constexpr std::int64_t kMostSkewMs = 30'000;

/// Failures without any answer, of the agent or of a proxy before it.
bool is_silence(Code code) { return code == Code::unreachable || code == Code::timeout; }

bool is_refusal(Code code) { return code == Code::unauthenticated || code == Code::forbidden; }

/// Reports how far the agent's clock is off; the header has whole seconds.
void look_at_clock(const Response& response, std::int64_t sent_ms, Report& report) {
  std::tm parts{};
  const std::string date(response.header("Date"));
  const char* end = ::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != 0) return report.add("clock", "info", "the answer does not contain the agent's time");
  const std::int64_t there = std::int64_t{::timegm(&parts)} * 1000, here = now_ms();
  const std::int64_t off = there + 999 < sent_ms ? there + 999 - sent_ms : there > here ? there - here : 0;
  if (off > -kMostSkewMs && off < kMostSkewMs) return report.ok("clock", "the clocks agree");
  report.add("clock", "warning", "the agent's clock is " + format_duration(off < 0 ? -off : off) + (off < 0 ? " behind" : " ahead"),
             "set the clocks by NTP: tokens, cron times and the audit log depend on them");
}

/// Reports that the agent's clock was set while it ran, or was behind its own log when it started.
void look_at_jump(JsonRef jump, Report& report) {
  if (!jump.is(JsonKind::object)) return;
  const std::int64_t by = jump.get("by_ms").integer();
  report.add("clock.jump", "warning",
             "the agent's clock was moved " + std::string(by < 0 ? "back" : "forward") + " by " + format_duration(by < 0 ? -by : by) +
                 ", to " + printable(jump.get("at").text()),
             "facioctl audit --type clock_set shows when; set the clocks by NTP");
}

/// The first route of an area that can be asked without any values.
const Endpoint* collection_of(const Catalogue& known, std::string_view area) {
  for (const Endpoint* one : known.of_area(area))
    if (one->method == Method::get && one->surface == Surface::management && !needs_values(*one) && one->form != ReplyForm::text &&
        one->deadline == Deadline::normal)
      return one;
  return nullptr;
}

class Examination {
 public:
  Examination(Client& client, Report& report) : client_(client), report_(report) {}

  void run() {
    if (!answers()) return;
    version();
    areas();
    if (system().findings != nullptr) own_findings();
    if (!speaks_as_agent(system())) return;
    restart();
    channels();
    secrets();
  }

 private:
  /// http, auth, clock; false when nothing more can be asked.
  bool answers() {
    const auto give_up = [this](const Error& error) {
      report_.add(is_refusal(error.code()) ? "auth" : "http", "error", error);
      return false;
    };
    if (auto target = client_.target(); !target) return give_up(target.error());
    const Checkup& checkup = system().checkup;
    if (checkup.health.empty()) {
      report_.add("http", "info", "no endpoint of " + std::string(system().name) + " reports its health");
      return false;
    }
    const auto request = client_.request_to(checkup.health);
    if (!request) return false;
    const std::int64_t sent = now_ms();
    const auto response = client_.send(*request);
    // Without a status it was not sent: the token cannot be read, or there is none.
    if (!response && (is_silence(response.error().code()) || response.error().http() == 0)) return give_up(response.error());
    if (response) {
      report_.ok("http", "answers after " + format_duration(now_ms() - sent));
      look_at_clock(*response, sent, report_);
    } else if (is_refusal(response.error().code())) {
      report_.ok("http", "answers with status " + std::to_string(response.error().http()));
    } else {
      report_.add("http", "error", response.error());
    }
    session();
    if (!response && is_refusal(response.error().code())) return give_up(response.error());
    if (!response) return false;
    if (!checkup.token.empty())
      if (const auto taken = client_.ask(checkup.token); !taken) return give_up(taken.error());
    report_.ok("auth", "the token is accepted");
    if (const auto body = json_of(*response))
      if (const std::string status = body->root().find(checkup.health_value).text(); !status.empty() && status != "ok")
        tell_health(*body, status, "facioctl " + command_words(*request->endpoint));
    if (const auto body = json_of(*response)) look_at_jump(body->root().get("clock_jump"), report_);
    return true;
  }

  /// Each trouble that the agent names, or that it is not well at all.
  void tell_health(const JsonDocument& body, const std::string& status, const std::string& fix) {
    const JsonRef troubles = body.root().get("troubles");
    for (std::size_t i = 0; i < troubles.size(); ++i) report_.add("health", "warning", printable(troubles.at(i).text()), fix);
    if (troubles.size() == 0) report_.add("health", "warning", "the agent says that it is " + printable(status), fix);
  }

  const System& system() { return client_.system(); }

  /// The user's session, where the system has such a thing.
  void session() {
    const Checkup& checkup = system().checkup;
    if (checkup.session.empty()) return;
    const std::string id = std::string(system().name) + ".session";
    const auto me = client_.ask(checkup.session);
    if (!me) return report_.add(id, "error", me.error());
    report_.ok(id, "logged in as " + printable(me->root().find(checkup.session_user).text()));
  }

  void version() {
    const Checkup& checkup = system().checkup;
    if (checkup.version.empty()) return;
    const auto told = client_.ask(checkup.version);
    if (!told) return report_.add("version", "info", "the agent does not report its version");
    report_.ok("version", "runtime " + printable(told->root().find(checkup.version_value).text()));
  }

  void areas() {
    const Catalogue& known = speaks_as_agent(system()) ? default_system().catalogue() : system().catalogue();
    for (const Area& area : known.areas()) {
      const Endpoint* collection = collection_of(known, area.name);
      if (collection == nullptr || area.name == "health" || area.name == "openapi") continue;
      const std::string id = "area." + std::string(area.name);
      const auto request = client_.request_to(collection->id);
      if (!request) continue;
      const auto response = client_.send(*request);
      if (response) {
        report_.ok(id, "there");
        continue;
      }
      const Error& error = response.error();
      if (error.code() == Code::unsupported || error.code() == Code::method_not_allowed)
        report_.add(id, "info", error.http() == 0 ? error.message() : "the agent has no such area");
      else if (error.code() == Code::unavailable)
        report_.add(id, "warning", "the area exists, but its service is not available: " + error.message());
      else report_.add(id, "error", error);
    }
  }

  /// What only a check-up of its own kind finds.
  void own_findings() {
    const std::string name(system().name);
    auto found = system().findings(client_);
    if (!found) return report_.add(name, "info", found.error());
    FindingList list;
    list.items = std::move(*found);
    add_findings(list, name, "nobody gets in without a key");
  }

  void restart() {
    const auto status = client_.ask("agent.status");
    const JsonRef due = status ? status->root().get("restart_needed") : JsonRef();
    if (!due.is(JsonKind::boolean)) return report_.add("restart", "info", "the agent does not report whether it needs a restart");
    if (!due.boolean()) return report_.ok("restart", "no restart is pending");
    std::string why;
    const JsonRef reasons = status->root().get("restart_reasons");
    for (std::size_t i = 0; i < reasons.size(); ++i) why += (i == 0 ? ": " : ", ") + printable(reasons.at(i).text());
    report_.add("restart", "warning", "changes need a restart" + why, "facioctl agent restart --if-needed");
  }

  void add_findings(const FindingList& found, const std::string& area, const std::string& well) {
    bool clean = true;
    for (const Finding& one : found.items) {
      clean = clean && one.check == "not-checked";
      report_.add(area + "." + one.check, one.severity, one.where + ": " + one.message, one.fix);
    }
    if (clean) report_.ok(area, well);
  }

  void channels() {
    const auto answer = client_.ask("channels.list");
    if (!answer) return;  // its area reports that
    FindingList found;
    const JsonRef all = answer->root().get("channels");
    for (std::size_t i = 0; i < all.size(); ++i) channels::judge(all.name_at(i), all.at(i), found);
    add_findings(found, "channels", "no channel is silent or open to everybody");
  }

  void secrets() {
    const auto found = credentials::lint_findings(client_);
    if (!found) return report_.add("secrets", "info", found.error());
    add_findings(*found, "secrets", "every placeholder has its secret, and no secret is in plain sight");
  }

  Client& client_;
  Report& report_;
};

}  // namespace

void look_at_agent(Client& client, Report& report) { Examination(client, report).run(); }

}  // namespace facio::doctor
