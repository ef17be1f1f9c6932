// facioctl approvals approve, reject, watch: the last asks a person at the terminal about each pending call, or prints them for a program.

#include <algorithm>
#include <set>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/several.hpp"
#include "cli/command_line/terminal_input.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"

namespace facio::approvals {
namespace {

/// The name of the user; empty when the environment does not tell.
std::string actor_of(Client& client) {
  for (const Variable name : {Variable::user, Variable::logname})
    if (const auto user = client.environment().get(name); !user.empty()) return std::string(user.substr(0, 256));
  return {};
}

/// approve and reject: one call or several, in the name of the user.
Result<int> decide(Client& client) {
  const Invocation& invocation = client.invocation();
  JsonDocument decision = JsonDocument::object();
  if (invocation.has_body && !invocation.body.root().is_null()) decision.merge(invocation.body.root());
  if (const std::string actor = actor_of(client); !actor.empty() && !decision.root().get("actor")) decision.set_string("actor", actor);
  const std::string body = decision.dump();
  const std::vector<std::string> ids = names_with_more(invocation, "id", "more", "approvals/");
  const auto request = [&](const std::string& id) { return client.request_to(invocation.endpoint->id, {{"id", id}}, body); };
  if (ids.size() == 1) return send_and_print(client, request(ids.front()));
  std::string decided;
  auto result = do_each(client, ids, "approvals could not be decided", [&](const std::string& id) {
    return with_json(client, request(id), [&](const JsonDocument& approval) {
      if (approval.root().size() != 0) decided += (decided.empty() ? "" : ",") + approval.dump();
      return 0;
    });
  });
  if (!decided.empty())
    if (auto printed = print_reply(client, *find_endpoint("approvals.list"), "{\"items\":[" + decided + "]}"); !printed) return printed;
  return result;
}

constexpr int kFirstPauseMs = 250, kLongestPauseMs = 3000;
constexpr int kMostFailures = 10;  ///< in a row, of an agent that cannot be reached

enum Choice : std::size_t { yes, no, always, skip, quit };
constexpr std::string_view kChoices[] = {"yes", "no", "always", "skip", "quit"};

constexpr std::size_t kMostLines = 40;  ///< shown of one argument

/// "in 23h" or "3s ago"; empty when the text is not a time.
std::string relative(const std::string& time, std::int64_t now_ms) {
  return parse_rfc3339(time).map([&](std::int64_t instant) { return format_relative(instant, now_ms); }).value_or("");
}

/// One argument: on the line of its name, or below it when it has several lines.
void add_argument(std::string& text, std::string_view name, JsonRef value) {
  const std::string shown = value.kind() == JsonKind::string ? value.string() : value.dump();
  text += "    " + printable(name) + ":";
  if (shown.find('\n') == std::string::npos) {
    text += " " + printable(shown) + "\n";
    return;
  }
  text += "\n";
  std::size_t lines = 0, left = 0;
  for (std::string_view rest = shown; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (lines < kMostLines) text += "      " + printable(rest.substr(0, end)) + "\n", ++lines;
    else ++left;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (left != 0) text += "      (" + std::to_string(left) + " more lines)\n";
}

/// Tool, session, reason and arguments of a pending call in lines of their own; nothing in it can steer the terminal.
std::string question_text(JsonRef approval, std::int64_t now_ms) {
  std::string text = "\n" + printable(approval.get("tool").text()) + "  (approval " + printable(approval.get("id").text()) + ")\n";
  text += "  session  " + printable(approval.get("session_key").text());
  if (const std::string origin = approval.get("origin").text(); !origin.empty()) text += ", started by " + printable(origin);
  text += "\n  asked    " + relative(approval.get("created_at").text(), now_ms);
  if (const std::string end = relative(approval.get("expires_at").text(), now_ms); !end.empty()) text += ", expires " + end;
  text += "\n  why      " + printable(approval.get("why").text()) + "\n";
  const JsonRef arguments = approval.get("arguments");
  if (arguments.size() != 0) text += "  arguments\n";
  for (std::size_t i = 0; i < arguments.size(); ++i) add_argument(text, arguments.name_at(i), arguments.at(i));
  if (const JsonRef hidden = approval.get("hidden"); hidden.is(JsonKind::boolean) && hidden.boolean())
    text += "  some arguments are not shown in full: they contain secrets or long text\n";
  return text;
}

class Watch {
 public:
  Watch(Client& client, bool asks)
      : client_(client), asks_(asks), accessible_(client.invocation().global.output.accessible), once_(client.invocation().given("once")) {
    actor_ = client.invocation().given("actor") ? std::string(client.invocation().value("actor")) : actor_of(client);
    if (client.invocation().given("session")) filters_.emplace("sessionKey", std::string(client.invocation().value("session")));
    filters_.emplace("limit", "500");
  }

  Result<int> run() {
    if (asks_ && !client_.invocation().global.quiet && !once_)
      if (auto written = write(err(), "waiting for calls that need a decision; press Ctrl-C to stop\n"); !written)
        return fail(std::move(written.error()));
    int failures = 0;
    for (int pause = kFirstPauseMs;; pause = std::min(pause * 3 / 2, kLongestPauseMs)) {
      auto waiting = client_.ask("approvals.list", filters_);
      if (!waiting && (!info(waiting.error().code()).retryable || ++failures > kMostFailures || once_))
        return fail(std::move(waiting.error()));
      if (waiting) {
        failures = 0;
        auto going = look_at(waiting->root().get("items"));
        if (!going) return fail(std::move(going.error()));
        if (!*going || (once_ && last_found_ == 0)) return finish();
        if (last_found_ != 0) pause = kFirstPauseMs;
      }
      if (auto paused = pause_while_read(pause); !paused) return fail(std::move(paused.error()));
    }
  }

 private:
  Output& out() { return client_.streams().out; }
  Output& err() { return client_.streams().err; }
  static Status write(Output& to, std::string_view text) {
    if (auto written = to.write(text); !written) return written;
    return to.flush();
  }

  Result<int> finish() {
    if (!asks_) return 0;
    const std::string sum = "approved " + std::to_string(approved_) + ", rejected " + std::to_string(rejected_) + "\n";
    return write(out(), sum).map([] { return 0; });
  }

  /// Handles the calls that were not seen yet, the first asked first; false to end.
  Result<bool> look_at(JsonRef items) {
    last_found_ = 0;
    std::set<std::string> waiting;
    for (std::size_t i = items.size(); i-- > 0;) {
      const std::string id = items.at(i).get("id").text();
      waiting.insert(id);
      if (id.empty() || seen_.contains(id)) continue;
      ++last_found_;
      if (!asks_) {
        if (auto written = write(out(), items.at(i).dump() + "\n"); !written) return fail(std::move(written.error()));
        continue;
      }
      auto going = decide(items.at(i), id);
      if (!going || !*going) return going;
    }
    seen_ = std::move(waiting);  // forgets those that are no longer pending
    return true;
  }

  /// Asks for a decision and sends it; false to end.
  Result<bool> decide(JsonRef approval, const std::string& id) {
    if (auto written = write(out(), question_text(approval, now_ms())); !written) return fail(std::move(written.error()));
    const std::string tool = printable(approval.get("tool").text());
    auto choice = ask_choice("Let it run? [y]es, [n]o, [a]lways " + tool + ", [s]kip, [q]uit: ", kChoices, accessible_, client_.streams());
    if (!choice) return fail(std::move(choice.error()));
    if (*choice == quit || *choice == skip) return *choice == skip;
    return act(id, *choice).map([] { return true; });
  }

  /// Sends the decision. Reports a refusal, which means that somebody else was faster or the run has ended.
  Status act(const std::string& id, std::size_t choice) {
    JsonDocument body = JsonDocument::object();
    if (!actor_.empty()) body.set_string("actor", actor_);
    if (choice == always) body.set_boolean("always", true);
    if (choice == no) {
      auto reason = ask_line("Reason (may be empty): ", client_.streams());
      if (!reason) return fail(std::move(reason.error()));
      if (*reason && !(*reason)->empty()) body.set_string("reason", **reason);
    }
    auto reply = client_.ask(choice == no ? "approvals.reject" : "approvals.approve", {{"id", id}}, body.dump());
    if (reply) {
      ++(choice == no ? rejected_ : approved_);
      return {};
    }
    const Code code = reply.error().code();
    if (code != Code::conflict && code != Code::not_found && code != Code::rejected) return fail(std::move(reply.error()));
    return write(err(), "facioctl: " + printable(reply.error().message()) + "\n");
  }

  Client& client_;
  bool asks_;
  bool accessible_;
  bool once_;
  std::string actor_;
  std::map<std::string, std::string, std::less<>> filters_;
  std::set<std::string> seen_;  ///< ids that were shown and are still pending
  std::size_t last_found_ = 0, approved_ = 0, rejected_ = 0;
};

}  // namespace

Result<int> approve(Client& client) { return decide(client); }
Result<int> reject(Client& client) { return decide(client); }

Result<int> watch(Client& client) {
  if (client.invocation().global.only_shows()) return only_show(client, "approvals.list");
  if (output_of(client).format == OutputFormat::ndjson) return Watch(client, false).run();
  const Streams& streams = client.streams();
  if (!streams.in.is_terminal() || !streams.out.is_terminal() || !streams.err.is_terminal())
    return fail(Code::usage, "approvals watch needs a terminal; without one, print the calls as they arrive and decide on them one by one",
                "facioctl approvals watch -o ndjson; facioctl approvals approve|reject ID");
  return Watch(client, true).run();
}

}  // namespace facio::approvals
