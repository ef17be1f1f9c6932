// facioctl audit run ID --tree|--timeline: one run with its usage; and audit show: one event.
#include <algorithm>

#include "cli/catalogue/system.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "commands/facio/audit/client/cursor.hpp"
#include "commands/facio/audit/client/pages.hpp"
#include "commands/facio/audit/client/run_view.hpp"

namespace facio::audit {
namespace {

constexpr int kDeepest = 4;  ///< runs that runs started

/// The usage of a run as JSON; empty where the agent does not report it.
Result<std::string> usage_of(Client& client, const std::string& run) {
  auto request = client.request_to("usage.run", {{"runId", run}});
  if (!request) return fail(std::move(request.error()));
  auto response = client.send(*request);
  if (response) return json::check_json(response->body) ? std::string(trimmed(response->body)) : std::string();
  const Code code = response.error().code();
  if (code == Code::not_found || code == Code::unsupported || code == Code::server) return std::string();
  return fail(std::move(response.error()));
}

Result<Run> read_run(Client& client, const std::string& id, int depth) {
  Run run;
  run.id = id;
  auto events = get_events(client, run_request(id));
  if (!events) return fail(std::move(events.error()));
  run.events = std::move(*events);
  auto usage = usage_of(client, id);
  if (!usage) return fail(std::move(usage.error()));
  run.usage = std::move(*usage);
  if (depth >= kDeepest) return run;
  std::vector<std::string> children;
  auto status = Pages(client, {{"parentRunId", {id}}}).oldest_first({}, std::nullopt, [&](Event&& event) -> Result<bool> {
    std::string child = plain(fields_of(event.json).run);
    if (!child.empty() && child != id && std::ranges::find(children, child) == children.end()) children.push_back(std::move(child));
    return children.size() < 50;
  });
  if (!status) return fail(std::move(status.error()));
  for (const std::string& child : children) {
    auto below = read_run(client, child, depth + 1);
    if (!below) return fail(std::move(below.error()));
    run.children.push_back(std::move(*below));
  }
  return run;
}

RawJson json_of(const Run& run) {
  std::vector<RawJson> items, children;
  for (const Event& event : run.events) items.push_back({event.json});
  for (const Run& child : run.children) children.push_back(json_of(child));
  return json_object("run_id", run.id, "usage", RawJson{run.usage.empty() ? "null" : run.usage}, "items", items, "children", children);
}

Result<std::optional<Event>> find_event(Client& client, const std::string& which) {
  Pages pages(client);
  std::optional<Event> found;
  const auto give = [&found] { return std::move(found); };
  const auto first_where = [&found](auto matches) {
    return [&found, matches](Event&& event) -> Result<bool> {
      if (matches(event)) found = std::move(event);
      return !found;
    };
  };
  if (which.starts_with("c1.")) {
    auto cursor = Cursor::parse(which, "EVENT");
    if (!cursor) return fail(std::move(cursor.error()));
    const auto is_it = [id = cursor->id](const Event& event) { return event.id == id; };
    return pages.oldest_first({.from_ms = cursor->ts_ms}, cursor->ts_ms, first_where(is_it)).map(give);
  }
  std::int64_t seq = 0;
  if (read_number(which, seq) && which.size() < 15) {
    // Events are numbered from 1 without gaps.
    auto events = get_events(client, pages.request(true, {}, {}, 1, static_cast<std::size_t>(std::max<std::int64_t>(seq, 1) - 1)));
    if (!events) return fail(std::move(events.error()));
    if (!events->empty() && fields_of(events->front().json).seq == which) found = std::move(events->front());
    if (found || which.find_first_not_of("0123456789") != std::string::npos || which.size() < 8) return found;
  }
  if (which.size() < 8 || which.find_first_not_of("0123456789abcdef") != std::string::npos)
    return fail_field(Code::usage, "EVENT",
                      "EVENT: '" + which + "' is not a position in the log, the first 8 or more digits of a hash, or a cursor");
  const auto has_hash = [&which](const Event& event) {
    const std::string_view hash = fields_of(event.json).hash;
    return hash.size() > 2 && hash.substr(1).starts_with(which);
  };
  return pages.newest_first({}, {}, first_where(has_hash)).map(give);
}

}  // namespace

Result<int> run_of(Client& client) {
  const Invocation& invocation = client.invocation();
  const bool tree = invocation.is_set("tree"), timeline = invocation.is_set("timeline");
  if ((!tree && !timeline) || invocation.global.only_shows()) return send_and_print(client);
  auto run = read_run(client, std::string(invocation.value("runId")), 0);
  if (!run) return fail(std::move(run.error()));
  const OutputOptions output = output_of(client);
  const bool people = output.query.empty() && (output.format == OutputFormat::table || output.format == OutputFormat::wide);
  if (!people) return print_json(client, json_of(*run).text, output).map([] { return 0; });
  std::string text;
  (tree ? append_tree : append_timeline)(text, *run, {output.colored, output.accessible, invocation.is_set("show_args")});
  return client.streams().out.write(text).map([] { return 0; });
}

Result<int> show_one(Client& client) {
  const std::string which(client.invocation().value("which"));
  if (client.invocation().global.only_shows()) return Pages(client).show(false);
  auto found = find_event(client, which);
  if (!found) return fail(std::move(found.error()));
  if (!*found) return fail(Code::not_found, "the log has no event " + which, "facioctl audit -o long shows positions and hashes");
  Endpoint endpoint = *find_endpoint("audit.run");
  endpoint.form = ReplyForm::object;
  endpoint.envelope = nullptr;
  endpoint.params = {};
  return print_reply(client, endpoint, (*found)->json);
}

}  // namespace facio::audit
