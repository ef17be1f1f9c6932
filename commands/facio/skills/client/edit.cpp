// facioctl skills edit: the SKILL.md of a skill in the user's own editor.
#include "cli/command_line/editing.hpp"
#include "cli/command_line/meant.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/facio/skills/client/front.hpp"
#include "commands/facio/skills/shapes.hpp"

namespace facio::skills {
namespace {

/// The skill of the workspace that is meant.
Result<Skill> named_skill(Client& client) {
  const std::string typed(client.invocation().value("name"));
  auto list = client.ask("skills.list");
  if (!list) return fail(std::move(list.error()));
  const Endpoint& endpoint = *find_endpoint("skills.list");
  auto name = meant(typed, named_things({NameSource::Kind::list, &endpoint, endpoint.key}, list->dump()), 1);
  if (!name) return fail(std::move(name.error()));
  const JsonRef items = list->root().get(endpoint.items);
  for (std::size_t i = 0; i < items.size(); ++i)
    if (items.at(i).get("name").text() == *name) return from_json<Skill>(items.at(i));
  return fail(Code::not_found, "there is no skill '" + printable(typed) + "' in the workspace", "facioctl skills list");
}

/// The text of a file of the workspace.
Result<std::string> read_text(Client& client, const std::string& path) {
  auto file = client.ask("workspace.read", {{"path", path}});
  if (!file) return fail(std::move(file.error()));
  if (file->root().get("encoding").text() == "base64") return fail(Code::failed, printable(path) + " is no text; it cannot be edited here");
  return file->root().get("content").text();
}

Result<Request> write_request(Client& client, const std::string& path, const std::string& text) {
  JsonDocument body = JsonDocument::object();
  body.set_string("content", text);
  return client.request_to("workspace.write", {{"path", path}}, body.dump());
}

/// What would make the skill one no more; the shared rules name the zip file of an installation.
Status check_text(const std::string& text) {
  if (text.find('\0') != std::string::npos) return fail(Code::usage, "must not contain NUL characters");
  const auto front = front_of(text);
  if (front) return {};
  const std::string& message = front.error().message();
  return fail(Code::usage, message.starts_with("zip: ") ? message.substr(5) : message);
}

}  // namespace

Result<int> edit(Client& client) {
  const Invocation asking = for_reading(client.invocation());
  Client reader(asking, client.streams(), client.environment());
  const auto skill = named_skill(reader);
  if (!skill) return fail(skill.error());
  const std::string path = skill->path + "/" + std::string(kFront);
  const auto before = read_text(reader, path);
  if (!before) return fail(before.error());
  return edit_and_use(client, {.name = std::string(kFront),
                               .text = *before,
                               .resume = "facioctl workspace put " + printable(path),
                               .emptied = "to remove it: facioctl skills remove " + printable(skill->name),
                               .reopens = true,
                               .use = [&](const std::string& text) -> Result<int> {
                                 if (auto good = check_text(text); !good) return fail(std::move(good.error()));
                                 const auto now = read_text(reader, path);
                                 if (!now) return fail(now.error());
                                 if (*now != *before)
                                   return fail(Code::conflict,
                                               printable(path) + " was changed on the agent's side meanwhile; nothing was sent");
                                 return with_reply(client, write_request(client, path, text), [&](const Response& response) {
                                   return print_reply(client, *find_endpoint("workspace.write"), response.body);
                                 });
                               }});
}

}  // namespace facio::skills
