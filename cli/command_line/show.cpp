#include "cli/command_line/show.hpp"

#include <utility>

namespace facio {

Target target_of(const ResolvedTarget& resolved) {
  Target target;
  target.url = resolved.context.url;
  target.token = resolved.token;
  target.ca_file = resolved.context.ca;
  target.name = resolved.context.name;
  return target;
}

namespace {

/// What the flags want to see of a request, with its line feed.
Result<std::string> shown(const GlobalOptions& global, const Target& target, const Request& request) {
  auto text = global.curl ? curl_form(global.curl_form, target, request) : Result<std::string>(describe_request(target, request));
  if (text && !text->ends_with('\n')) *text += '\n';
  return text;
}

}  // namespace

Result<std::optional<Response>> show_or_send(Client& client, const Request& request) {
  const GlobalOptions& global = client.invocation().global;
  if (!global.only_shows()) {
    auto response = client.send(request);
    if (!response) return fail(std::move(response.error()));
    return std::optional<Response>(std::move(*response));
  }
  auto resolved = client.target();
  if (!resolved) return fail(std::move(resolved.error()));
  const Target target = client.http_target();
  const auto sent = client.as_sent(request);
  if (!sent) return fail(sent.error());
  auto text = shown(global, target, *sent);
  if (!text) return fail(std::move(text.error()));
  if (auto status = client.streams().out.write(*text); !status) return fail(std::move(status.error()));
  if (const std::string note = global.curl ? curl_note(target, *sent) : std::string(); !note.empty() && !global.quiet)
    if (auto status = client.streams().err.write("# " + note + "\n"); !status) return fail(std::move(status.error()));
  if (global.dry_run_check && !global.curl)
    if (auto status = show_present_state(client, request); !status) return fail(std::move(status.error()));
  return std::optional<Response>{};
}

Result<std::optional<Response>> show_or_send(Client& client) {
  auto request = client.request();
  if (!request) return fail(std::move(request.error()));
  return show_or_send(client, *request);
}

Result<int> only_show(Client& client, std::string_view id, std::map<std::string, std::string, std::less<>> values) {
  return with_reply(client, client.request_to(id, std::move(values)), [](const Response&) { return 0; });
}

}  // namespace facio
