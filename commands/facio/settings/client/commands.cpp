// facioctl settings get KEY prints one value; settings set prints what changed.

#include "cli/command_line/client.hpp"
#include "cli/output/render.hpp"
#include "commands/facio/settings/shapes.hpp"

namespace facio::settings {
namespace {

/// A key as `settings set` takes it: the bare name in basic and advanced, otherwise a dotted path.
JsonRef find_value(JsonRef document, std::string_view key) {
  for (const std::string_view section : {"basic", "advanced"})
    if (const JsonRef found = document.get(section).get(key)) return found;
  return document.find(key);
}

/// The request with "" in the place of null for the settings of `basic`: by the contract that is what clears them.
Result<Request> clearing_request(Client& client) {
  auto request = client.request();
  auto body = request ? JsonDocument::parse(request->body) : Result<JsonDocument>(JsonDocument());
  if (!request || !body) return request;
  for (const Field& field : shape_of<SettingsBasic>.fields)
    if (const JsonRef value = body->root().get(field.name); value.is(JsonKind::null)) body->set_string(field.name, "");
  request->body = body->dump();
  return request;
}

bool is_single(JsonRef value) { return value.kind() != JsonKind::object && value.kind() != JsonKind::array; }

}  // namespace

Result<int> get(Client& client) {
  const std::string key(client.invocation().value("key"));
  if (key.empty()) return send_and_print(client);
  return with_json(client, client.request(), [&](JsonDocument& document) -> Result<int> {
    const JsonRef value = find_value(document.root(), key);
    if (!value) return fail(Code::not_found, "there is no setting '" + printable(key) + "'", "facioctl settings get");
    const GlobalOptions& global = client.invocation().global;
    if (!global.output_given && is_single(value)) {
      const std::string text = value.is_null() ? "" : value.kind() == JsonKind::string ? printable(value.string()) : value.dump();
      return client.streams().out.write(text + "\n").map([] { return 0; });
    }
    OutputOptions output = global.output;
    output.format_given = output.format_given || value.kind() == JsonKind::object;  // a section is printed like the whole document
    return print_json(client, value.dump(), output).map([] { return 0; });
  });
}

/// Prints only the changed settings as a table; other formats and --fields get the whole reply.
Result<int> set(Client& client) {
  return with_reply(client, clearing_request(client), [&](const Response& response) -> Result<int> {
    OutputOptions output = output_of(client);
    const auto answer = json_of(response);
    if (!answer) return fail(answer.error());
    const JsonRef changes = answer->root().get("changes");
    const bool whole = output.format != OutputFormat::table || !output.fields.empty() || !output.columns.empty();
    Status status;
    if (whole || !changes) {  // an agent need not say what it changed
      status = print_reply(client, response).map([](int) {});
    } else if (changes.size() == 0) {
      status = note(client, "nothing changed");
    } else {
      JsonDocument changed = JsonDocument::object();
      for (std::size_t i = 0; i < changes.size(); ++i)
        if (const JsonRef name = changes.at(i); name.kind() == JsonKind::string)
          changed.set(name.string(), find_value(answer->root(), name.string()));
      output.format_given = true;
      status = print_json(client, changed.dump(), output);
    }
    const JsonRef restart = answer->root().get("restart_needed");
    if (status && restart.is(JsonKind::boolean) && restart.boolean())
      status = note(client, "the agent must be restarted for all changes to take effect; try: facioctl agent restart");
    return status.map([] { return 0; });
  });
}

}  // namespace facio::settings
