// facioctl audit run ID --tree|--timeline: one run, joined with what it used; and audit show: one event.
#include <algorithm>

#include "cli/catalogue/system.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/client/cursor.hpp"
#include "commands/facio/audit/client/lines.hpp"
#include "commands/facio/audit/client/pages.hpp"
#include "commands/facio/audit/client/picture.hpp"

namespace facio::audit {
namespace {

constexpr int kDeepest = 4;  ///< runs that runs started

/// What the run used; empty where the agent does not tell.
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
  auto response = client.send(get_request("audit.run", "/api/v1/audit/runs/" + percent_encode(id)));
  if (!response) return fail(std::move(response.error()));
  auto events = events_of(response->body);
  if (!events) return fail(std::move(events.error()));
  run.events = std::move(*events);
  auto usage = usage_of(client, id);
  if (!usage) return fail(std::move(usage.error()));
  run.usage = std::move(*usage);
  if (depth >= kDeepest) return run;
  std::vector<std::string> children;
  auto status = Pages(client, {{"parentRunId", {id}}}).oldest_first(std::nullopt, std::nullopt, [&](Event&& event) -> Result<bool> {
    EventFields fields;
    (void)read_fields(event.json, fields);
    std::string child = plain(fields.run);
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

void append_json(std::string& out, const Run& run) {
  out += "{\"run_id\":";
  append_json_string(out, run.id);
  out += ",\"usage\":" + (run.usage.empty() ? "null" : run.usage) + ",\"items\":[";
  for (std::size_t i = 0; i < run.events.size(); ++i) out += (i == 0 ? "" : ",") + run.events[i].json;
  out += "],\"children\":[";
  for (std::size_t i = 0; i < run.children.size(); ++i) {
    if (i != 0) out += ',';
    append_json(out, run.children[i]);
  }
  out += "]}";
}

Result<std::optional<Event>> find_event(Client& client, const std::string& which) {
  Pages pages(client, {});
  std::optional<Event> found;
  if (which.starts_with("c1.")) {
    auto cursor = Cursor::parse(which, "EVENT");
    if (!cursor) return fail(std::move(cursor.error()));
    auto status = pages.oldest_first(cursor->ts_ms, cursor->ts_ms, [&](Event&& event) -> Result<bool> {
      if (event.id == cursor->id) found = std::move(event);
      return !found;
    });
    return status ? Result<std::optional<Event>>(std::move(found)) : fail(std::move(status.error()));
  }
  std::int64_t seq = 0;
  if (read_number(which, seq) && which.size() < 15) {
    // Places are counted from 1 without a hole.
    auto response =
        client.send(pages.request(true, std::nullopt, std::nullopt, 1, static_cast<std::size_t>(std::max<std::int64_t>(seq, 1) - 1)));
    if (!response) return fail(std::move(response.error()));
    auto events = events_of(response->body);
    if (!events) return fail(std::move(events.error()));
    EventFields fields;
    if (!events->empty() && read_fields(events->front().json, fields) && fields.seq == which) found = std::move(events->front());
    if (found || which.find_first_not_of("0123456789") != std::string::npos || which.size() < 8) return found;
  }
  if (which.size() < 8 || which.find_first_not_of("0123456789abcdef") != std::string::npos)
    return fail_field(Code::usage, "EVENT",
                      "EVENT: '" + which + "' is neither a place in the log, nor the first 8 or more digits of a hash, nor a cursor");
  auto status = pages.newest_first(std::nullopt, std::nullopt, [&](Event&& event) -> Result<bool> {
    EventFields fields;
    if (read_fields(event.json, fields) && fields.hash.size() > 2 && fields.hash.substr(1).starts_with(which)) found = std::move(event);
    return !found;
  });
  return status ? Result<std::optional<Event>>(std::move(found)) : fail(std::move(status.error()));
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
  std::string text;
  if (!people) {
    append_json(text, *run);
    auto status = render_json(text, output, client.streams());
    return status ? Result<int>(0) : fail(std::move(status.error()));
  }
  const Picture picture{output.colored, output.accessible, invocation.is_set("show_args"), output.width};
  if (tree) append_tree(text, *run, picture);
  else append_timeline(text, *run, picture);
  auto status = client.streams().out.write(text);
  return status ? Result<int>(0) : fail(std::move(status.error()));
}

Result<int> show_one(Client& client) {
  const std::string which(client.invocation().value("which"));
  if (client.invocation().global.only_shows()) {
    auto shown = show_or_send(client, Pages(client, {}).request(false, std::nullopt, std::nullopt, 500, 0));
    return shown ? Result<int>(0) : fail(std::move(shown.error()));
  }
  auto found = find_event(client, which);
  if (!found) return fail(std::move(found.error()));
  if (!*found) return fail(Code::not_found, "the log has no event " + which, "facioctl audit -o long shows places and hashes");
  Endpoint endpoint = *find_endpoint("audit.run");
  endpoint.form = ReplyForm::object;
  endpoint.envelope = nullptr;
  endpoint.params = {};
  auto printed = print_reply(client, endpoint, (*found)->json);
  return printed;
}

}  // namespace facio::audit
