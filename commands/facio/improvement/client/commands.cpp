// facioctl improvement review: a walk through the pending proposals.
#include "cli/command_line/client.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include <algorithm>
#include <array>
#include <map>
#include "cli/command_line/terminal_input.hpp"
#include "cli/core/json.hpp"
#include "cli/output/diff_text.hpp"

namespace facio::improvement {
namespace {

enum Choice : std::size_t { approve_it, reject_it, comment_on_it, skip, quit };
constexpr std::string_view kChoices[] = {"approve", "reject", "comment", "skip", "quit"};

class Review {
 public:
  explicit Review(Client& client) : client_(client), accessible_(client.invocation().global.output.accessible) {}

  Result<int> walk() {
    // An agent may count the former among the latter.
    for (const char* status : {"approval_requested", "proposed"}) {
      auto listed = client_.ask("improvement.list", {{"status", status}, {"limit", "500"}});
      if (!listed) return fail(std::move(listed.error()));
      const JsonRef items = listed->root().get("items");
      for (std::size_t i = 0; i < items.size(); ++i)
        if (const JsonRef id = items.at(i).get("id"); id.is(JsonKind::string) && !is_pending(id.string()))
          pending_.emplace_back(id.string(), items.at(i).get("proposal_summary").text());
    }
    if (pending_.empty()) return print("no proposal needs a decision\n").map([] { return 0; });
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      auto going = show(i).and_then([&] { return decide(pending_[i].first); });
      if (!going) return fail(std::move(going.error()));
      if (!*going) break;
    }
    const std::string sum = "approved " + std::to_string(approved_) + ", rejected " + std::to_string(rejected_) + ", left " +
                            std::to_string(pending_.size() - approved_ - rejected_) + "\n";
    return print(sum).map([] { return 0; });
  }

 private:
  [[nodiscard]] bool is_pending(const std::string& id) const {
    return std::ranges::any_of(pending_, [&](const auto& one) { return one.first == id; });
  }
  Status print(std::string_view text) {
    if (auto written = client_.streams().out.write(text); !written) return written;
    return client_.streams().out.flush();
  }

  Result<Response> fetch(std::string_view endpoint, const std::string& id) {
    return client_.request_to(endpoint, {{"runId", id}}).and_then([this](const Request& request) { return client_.send(request); });
  }

  /// Prints head, report and diff of one proposal.
  Status show(std::size_t i) {
    const auto& [id, summary] = pending_[i];
    const auto report = fetch("improvement.report", id);
    if (!report) return fail(report.error());
    const auto diff = fetch("improvement.diff", id);
    if (!diff) return fail(diff.error());
    std::string text = "\n" + std::to_string(i + 1) + " of " + std::to_string(pending_.size()) + ": " + printable(id) + " - " +
                       printable(summary) + "\n\n";
    for (const std::string_view line : split_terminated(report->body)) text += printable(line) + "\n";
    return print(text + "\n" + terminal_diff(diff->body, client_.invocation().global.output.colored) + "\n");
  }

  /// Asks until there is a decision; false to stop the walk.
  Result<bool> decide(const std::string& id) {
    for (;;) {
      auto choice = ask_choice("[a]pprove, [r]eject, [c]omment, [s]kip, [q]uit? ", kChoices, accessible_, client_.streams());
      if (!choice) return fail(std::move(choice.error()));
      if (*choice == quit || *choice == skip) return *choice == skip;
      auto done = act(id, *choice);
      if (!done || *done) return done;
    }
  }

  /// Does what was chosen; true when the proposal is decided. What the agent refuses is told, and asked again.
  Result<bool> act(const std::string& id, std::size_t choice) {
    std::string body;
    std::string_view endpoint = "improvement.approve";
    if (choice != approve_it) {
      const bool reject = choice == reject_it;
      endpoint = reject ? "improvement.reject" : "improvement.comment";
      auto text = ask_line(reject ? "Reason (may be empty): " : "Comment (empty: none): ", client_.streams());
      if (!text) return fail(std::move(text.error()));
      if (!*text || (!reject && (*text)->empty())) return false;
      body = json_object(reject ? "reason" : "comment", **text).text;
    }
    auto reply = client_.ask(endpoint, {{"runId", id}}, body);
    if (!reply && reply.error().code() != Code::conflict && reply.error().code() != Code::rejected) return fail(std::move(reply.error()));
    if (!reply) {
      const std::string why = "facioctl: " + printable(reply.error().message()) + "\n";
      if (auto told = client_.streams().err.write(why); !told) return fail(std::move(told.error()));
      return false;
    }
    approved_ += choice == approve_it ? 1U : 0U;
    rejected_ += choice == reject_it ? 1U : 0U;
    return choice != comment_on_it;
  }

  Client& client_;
  bool accessible_;
  std::vector<std::pair<std::string, std::string>> pending_;  ///< ids and summaries
  std::size_t approved_ = 0, rejected_ = 0;
};

}  // namespace

Result<int> review(Client& client) {
  const Streams& streams = client.streams();
  if (!streams.in.is_terminal() || !streams.out.is_terminal() || !streams.err.is_terminal() || client.invocation().global.only_shows())
    return fail(Code::usage, "improvement review needs a terminal; without one, list the proposals and decide on them one by one",
                "facioctl improvement list --status approval_requested; facioctl improvement approve|reject|comment RUN");
  return Review(client).walk();
}

}  // namespace facio::improvement
