// facioctl approvals watch: asks a person at the terminal about one call after the other, or prints them for a program.
#include <poll.h>

#include <algorithm>
#include <array>
#include <set>

#include "cli/command_line/client.hpp"
#include "cli/command_line/terminal_input.hpp"
#include "cli/core/time.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/approvals/client/decision.hpp"
#include "commands/facio/approvals/client/show.hpp"

namespace facio::approvals {
namespace {

constexpr int kFirstPauseMs = 250, kLongestPauseMs = 3000;
constexpr int kMostFailures = 10;  ///< in a row, of an agent that is away

enum class Choice : std::uint8_t { yes, no, always, skip, quit, unclear };

struct Option {
  Choice choice;
  std::string_view word;
};
constexpr std::array kOptions = {Option{Choice::yes, "yes"}, Option{Choice::no, "no"}, Option{Choice::always, "always"},
                                 Option{Choice::skip, "skip"}, Option{Choice::quit, "quit"}};

class Watch {
 public:
  Watch(Client& client, bool asks)
      : client_(client),
        asks_(asks),
        accessible_(!client.environment().get("ACCESSIBLE").empty()),
        once_(client.invocation().given("once")) {
    actor_ = client.invocation().given("actor") ? std::string(client.invocation().value("actor")) : actor_of(client);
    if (client.invocation().given("session")) filters_.emplace("sessionKey", std::string(client.invocation().value("session")));
    filters_.emplace("limit", "500");
  }

  Result<int> run() {
    if (asks_ && !client_.invocation().global.quiet && !once_)
      if (auto said = tell("waiting for calls that need a decision; Ctrl-C ends\n"); !said) return fail(std::move(said.error()));
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
      (void)::poll(nullptr, 0, pause);
    }
  }

 private:
  Status say(std::string_view text) {
    if (auto written = client_.streams().out.write(text); !written) return written;
    return client_.streams().out.flush();
  }
  Status tell(std::string_view text) {
    if (auto written = client_.streams().err.write(text); !written) return written;
    return client_.streams().err.flush();
  }

  Result<int> finish() {
    if (!asks_) return 0;
    const std::string sum = "approved " + std::to_string(approved_) + ", rejected " + std::to_string(rejected_) + "\n";
    if (auto said = say(sum); !said) return fail(std::move(said.error()));
    return 0;
  }

  /// The calls that were not seen yet, the first asked first; false to end.
  Result<bool> look_at(JsonRef items) {
    last_found_ = 0;
    std::set<std::string> waiting;
    for (std::size_t i = items.size(); i-- > 0;) {
      const std::string id = items.at(i).get("id").text();
      waiting.insert(id);
      if (id.empty() || seen_.contains(id)) continue;
      ++last_found_;
      if (!asks_) {
        if (auto said = say(items.at(i).dump() + "\n"); !said) return fail(std::move(said.error()));
        continue;
      }
      auto going = decide(items.at(i), id);
      if (!going || !*going) return going;
    }
    seen_ = std::move(waiting);  // what waits no more need not be known
    return true;
  }

  [[nodiscard]] std::string question(const std::string& tool) const {
    if (!accessible_) return "Let it run? [y]es, [n]o, [a]lways " + printable(tool) + ", [s]kip, [q]uit: ";
    std::string text;
    for (std::size_t i = 0; i < kOptions.size(); ++i) text += std::to_string(i + 1) + ". " + std::string(kOptions[i].word) + "\n";
    return text + "Type a number from 1 to " + std::to_string(kOptions.size()) + " and press Enter: ";
  }

  static Choice choice_of(const std::string& answer) {
    if (answer.empty()) return Choice::unclear;
    for (std::size_t i = 0; i < kOptions.size(); ++i)
      if (answer == std::to_string(i + 1) || kOptions[i].word.starts_with(answer)) return kOptions[i].choice;
    return Choice::unclear;
  }

  /// Asks until there is a decision; false to end.
  Result<bool> decide(JsonRef approval, const std::string& id) {
    if (auto said = say(question_text(approval, now_ms())); !said) return fail(std::move(said.error()));
    for (;;) {
      auto answer = ask_line(question(approval.get("tool").text()), client_.streams());
      if (!answer) return fail(std::move(answer.error()));
      const Choice choice = *answer ? choice_of(**answer) : Choice::quit;
      if (choice == Choice::quit) return false;
      if (choice == Choice::skip) return true;
      if (choice == Choice::unclear) continue;
      auto done = act(id, choice);
      if (!done) return fail(std::move(done.error()));
      return true;
    }
  }

  /// Sends what was chosen. What the agent refuses is told: somebody else was faster, or the run has ended.
  Status act(const std::string& id, Choice choice) {
    JsonDocument body = JsonDocument::object();
    if (!actor_.empty()) body.set_string("actor", actor_);
    if (choice == Choice::always) body.set_boolean("always", true);
    if (choice == Choice::no) {
      auto reason = ask_line("Reason (may be empty): ", client_.streams());
      if (!reason) return fail(std::move(reason.error()));
      if (*reason && !(*reason)->empty()) body.set_string("reason", **reason);
    }
    auto reply = client_.ask(choice == Choice::no ? "approvals.reject" : "approvals.approve", {{"id", id}}, body.dump());
    if (reply) {
      ++(choice == Choice::no ? rejected_ : approved_);
      return {};
    }
    const Code code = reply.error().code();
    if (code != Code::conflict && code != Code::not_found && code != Code::rejected) return fail(std::move(reply.error()));
    return tell("facioctl: " + printable(reply.error().message()) + "\n");
  }

  Client& client_;
  bool asks_;
  bool accessible_;
  bool once_;
  std::string actor_;
  std::map<std::string, std::string, std::less<>> filters_;
  std::set<std::string> seen_;  ///< ids that were shown and still wait
  std::size_t last_found_ = 0, approved_ = 0, rejected_ = 0;
};

}  // namespace

Result<int> watch(Client& client) {
  const GlobalOptions& global = client.invocation().global;
  if (global.only_shows()) {
    auto request = client.request_to("approvals.list");
    if (!request) return fail(std::move(request.error()));
    auto shown = show_or_send(client, *request);
    if (!shown) return fail(std::move(shown.error()));
    return 0;
  }
  if (output_of(client).format == OutputFormat::ndjson) return Watch(client, false).run();
  const Streams& streams = client.streams();
  if (!streams.in.is_terminal() || !streams.out.is_terminal() || !streams.err.is_terminal())
    return fail(Code::usage, "approvals watch asks on a terminal; elsewhere print the calls as they come in, and decide one by one",
                "facioctl approvals watch -o ndjson; facioctl approvals approve|reject ID");
  return Watch(client, true).run();
}

}  // namespace facio::approvals
