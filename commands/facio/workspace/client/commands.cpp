// facioctl workspace cat, put, rm: single files.
#include <unistd.h>

#include <algorithm>

#include "cli/command_line/sources.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/workspace/client/service.hpp"
#include "commands/facio/workspace/shapes.hpp"

namespace facio::workspace {
namespace {

/// Whether the bytes are text that is safe to print on a terminal.
bool is_plain_text(std::string_view bytes) {
  return is_utf8(bytes) &&
         std::ranges::none_of(bytes, [](char c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f; });
}

}  // namespace

Result<int> cat(Client& client) {
  const std::string path(client.invocation().value("path"));
  const bool checked = client.streams().out.is_terminal() && !client.invocation().given("force");
  const auto print = [&](std::string_view bytes) -> Status {
    if (checked && !is_plain_text(bytes))
      return fail(Code::usage, printable(path) + " is not text and could confuse the terminal",
                  "facioctl workspace cat " + printable(path) + " > FILE, or --force");
    return client.streams().out.write(bytes);
  };
  auto done = with_json(client, client.request_to("workspace.read", {{"path", {path}}}), [&](JsonDocument& reply) -> Result<int> {
    const auto bytes = bytes_of(reply.root());
    if (!bytes) return fail(bytes.error());
    return exit_code(print(*bytes));
  });
  if (done || done.error().code() != Code::too_large) return done;
  return exit_code(read_pieces(client, path, print));
}

Result<int> put(Client& client) {
  const Invocation& invocation = client.invocation();
  std::string local(invocation.value("local"));
  if (local.empty() && client.streams().in.is_terminal())
    return fail(Code::usage, "`workspace put` needs LOCAL, the file to send; - is standard input", "facioctl workspace put FILE LOCAL");
  if (local.empty()) local = "-";
  Sources sources{client.streams(), client.environment(), {}, invocation.global.target.token_stdin};
  const auto bytes = read_source(sources, local, kMostSent, "LOCAL");
  if (!bytes) return fail(bytes.error());
  // What cannot be run here stays there as it is.
  const auto executable = local != "-" && ::access(local.c_str(), X_OK) == 0 ? std::optional(true) : std::nullopt;
  return send_and_print(client, write_request(client, std::string(invocation.value("path")), *bytes, executable));
}

Result<int> rm(Client& client) {
  const Invocation& invocation = client.invocation();
  const auto& paths = invocation.values.find("path")->second;
  const std::string what = paths.size() == 1 ? printable(paths.front()) : std::to_string(paths.size()) + " files";
  if (auto status = client.confirm("Delete " + what + " of the workspace"); !status) return fail(std::move(status.error()));
  WorkspaceRemovals removals;
  std::optional<Error> first;
  for (const std::string& path : paths) {
    const auto request = client.request_to("workspace.delete", {{"path", {path}}});
    if (!request) return fail(request.error());
    const auto response = show_or_send(client, *request);
    if (response && !*response) continue;
    removals.items.push_back({.path = path, .deleted = response.has_value(), .error = {}});
    if (response) continue;
    removals.items.back().error = response.error().message();
    if (!first) first = response.error();
  }
  if (first && paths.size() == 1) return fail(std::move(*first));
  if (removals.items.empty()) return 0;
  auto status = print_as(client, *invocation.endpoint, to_json(removals), output_of(client));
  if (!status) return fail(std::move(status.error()));
  if (!first) return 0;
  const auto failed = std::ranges::count(removals.items, false, &WorkspaceRemoval::deleted);
  if (static_cast<std::size_t>(failed) == paths.size()) return fail(std::move(*first));
  return fail(Code::partial,
              std::to_string(failed) + " of " + std::to_string(paths.size()) + " files could not be deleted: " + first->message());
}

}  // namespace facio::workspace
