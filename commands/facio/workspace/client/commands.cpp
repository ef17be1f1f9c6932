// facioctl workspace cat, put, rm: single files.
#include "cli/command_line/client.hpp"

#include "cli/command_line/sources.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/workspace/client/remote.hpp"
#include "commands/facio/workspace/shapes.hpp"

namespace facio::workspace {
namespace {

Result<int> done(Status status, int code = 0) {
  if (!status) return fail(std::move(status.error()));
  return code;
}

const Endpoint& endpoint_of(Client& client) { return *client.invocation().endpoint; }

}  // namespace

Result<int> cat(Client& client) {
  const std::string path(client.invocation().value("path"));
  const auto request = client.request_to("workspace.read", {{"path", {path}}});
  if (!request) return fail(request.error());
  auto response = show_or_send(client, *request);
  if (!response) return fail(std::move(response.error()));
  if (!*response) return 0;
  auto document = json_of(**response);
  if (!document) return fail(std::move(document.error()));
  const auto bytes = bytes_of(document->root());
  if (!bytes) return fail(bytes.error());
  if (client.streams().out.is_terminal() && !client.invocation().given("force") && !is_plain_text(*bytes))
    return fail(Code::usage, printable(path) + " is not text and could confuse the terminal",
                "facioctl workspace cat " + printable(path) + " > FILE, or --force");
  return done(client.streams().out.write(*bytes));
}

Result<int> put(Client& client) {
  const Invocation& invocation = client.invocation();
  std::string local(invocation.value("local"));
  if (local.empty() && client.streams().in.is_terminal())
    return fail(Code::usage, "`workspace put` needs LOCAL, the file to send; - is standard input", "facioctl workspace put FILE LOCAL");
  if (local.empty()) local = "-";
  Sources sources{client.streams(), client.environment(), 0, invocation.global.target.token_stdin};
  const auto bytes = read_source(sources, local, kMostLocal, "LOCAL");
  if (!bytes) return fail(bytes.error());
  const auto request = write_request(client, std::string(invocation.value("path")), *bytes);
  if (!request) return fail(request.error());
  return send_and_print(client, *request);
}

Result<int> rm(Client& client) {
  const Invocation& invocation = client.invocation();
  const auto& paths = invocation.values.find("path")->second;
  const std::string what = paths.size() == 1 ? printable(paths.front()) : std::to_string(paths.size()) + " files";
  if (auto status = client.confirm("Delete " + what + " of the workspace"); !status) return fail(std::move(status.error()));
  WorkspaceRemovals removals;
  std::optional<Error> first;
  std::size_t failed = 0;
  for (const std::string& path : paths) {
    const auto request = client.request_to("workspace.delete", {{"path", {path}}});
    if (!request) return fail(request.error());
    auto response = show_or_send(client, *request);
    if (response && !*response) continue;
    WorkspaceRemoval removal{.path = path, .deleted = response.has_value(), .error = {}};
    if (!response) {
      removal.error = response.error().message();
      if (!first) first = response.error();
      ++failed;
    }
    removals.items.push_back(std::move(removal));
  }
  if (first && paths.size() == 1) return fail(std::move(*first));
  if (removals.items.empty()) return 0;
  auto status = render(endpoint_of(client), to_json(removals), output_of(client), client.streams());
  if (!status) return fail(std::move(status.error()));
  if (!first) return 0;
  if (failed == paths.size()) return fail(std::move(*first));
  return fail(Code::partial,
              std::to_string(failed) + " of " + std::to_string(paths.size()) + " files could not be deleted: " + first->message());
}

}  // namespace facio::workspace
