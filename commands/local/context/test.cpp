// facioctl context test: are the agents reached, and do they take the token?
#include <algorithm>
#include <chrono>

#include "cli/contexts/contexts.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/output/render.hpp"
#include "commands/local/context/say.hpp"
#include "commands/local/context/shapes.hpp"

namespace facio::context {
namespace {

/// One question with the token of the context; its code and what is to be told.
Code test_one(Client& client, const std::string& name, bool alone, ContextTest& test, std::string& remedy) {
  Invocation asking;
  asking.endpoint = client.invocation().endpoint;
  asking.global = client.invocation().global;
  if (!name.empty()) asking.global.target.context = name;
  asking.global.target.own_token = !alone;
  Client asker(asking, client.streams(), client.environment());
  const auto begin = std::chrono::steady_clock::now();
  auto target = asker.target();
  if (target) test.url = redacted_url((*target)->context.url);
  const std::string_view health = asker.system().checkup.health;
  auto answer = !target          ? Result<JsonDocument>(fail(target.error()))
                : health.empty() ? Result<JsonDocument>(fail(Code::unsupported, "nothing of its system tells whether it works"))
                                 : asker.ask(health);
  test.ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  test.result = answer ? "ok" : std::string(info(answer.error().code()).name);
  if (!answer) remedy = answer.error().hint();
  if (!answer) test.message = answer.error().message();
  else if (const JsonRef version = answer->root().get("version"); version.is(JsonKind::string)) test.version = version.string();
  return answer ? Code::ok : answer.error().code();
}

/// The one class of all failures, the smallest of several, 9 when some succeeded.
int exit_of(const std::vector<Code>& codes) {
  std::vector<int> exits;
  exits.reserve(codes.size());
  for (const Code code : codes) exits.push_back(info(code).exit);
  const auto [least, most] = std::ranges::minmax(exits);
  if (least == most) return least;
  return least == 0 ? info(Code::partial).exit : least;
}

/// For a person at a terminal, where a column may be too narrow for what is wrong.
Status say_what_is_next(Client& client, const ContextTest& test, Code code, const std::string& remedy) {
  const std::string named = test.name.empty() ? std::string() : " --context " + test.name;
  if (code == Code::ok) return say_next(client, "facioctl" + named + " audit -f");
  if (client.invocation().global.quiet || !client.streams().err.is_terminal()) return {};
  const std::string line = "facioctl: " + (test.name.empty() ? std::string() : test.name + ": ") + printable(test.message);
  return client.streams().err.write(line + (remedy.empty() ? "" : "; try: " + remedy) + "\n");
}

Result<std::vector<std::string>> names_of(Client& client) {
  const Invocation& invocation = client.invocation();
  std::vector<std::string> names;
  if (const auto given = invocation.values.find("name"); given != invocation.values.end()) names = given->second;
  const std::string_view group = invocation.value("group");
  if (names.empty() && group.empty()) return std::vector<std::string>{std::string()};
  auto config = load_config(config_path(client.environment(), invocation.global.config), client.environment());
  if (!config) return fail(std::move(config.error()));
  for (const std::string& name : names)
    if (config->find(name) == nullptr) return unknown_context(name, *config);
  if (group.empty()) return names;
  auto members = contexts_of(*config, group);
  if (!members) return fail(std::move(members.error()));
  for (const Context* context : *members)
    if (std::ranges::find(names, context->name) == names.end()) names.push_back(context->name);
  if (names.empty()) return fail(Code::not_found, "no context is in group " + printable(group), "facioctl context list");
  return names;
}

}  // namespace

Result<int> test(Client& client) {
  auto names = names_of(client);
  if (!names) return fail(std::move(names.error()));
  ContextTestList tests;
  std::vector<Code> codes;
  std::vector<std::string> remedies;
  for (const std::string& name : *names) {
    ContextTest& one = tests.items.emplace_back();
    one.name = name;
    remedies.emplace_back();
    codes.push_back(test_one(client, name, names->size() == 1, one, remedies.back()));
    if (!name.empty()) continue;
    auto target = client.target();
    if (target) one.name = (*target)->context.name;
  }
  if (auto status = render(*client.invocation().endpoint, to_json(tests), client.invocation().global.output, client.streams()); !status)
    return fail(std::move(status.error()));
  (void)client.streams().out.flush();
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (auto status = say_what_is_next(client, tests.items[i], codes[i], remedies[i]); !status) return fail(std::move(status.error()));
  return exit_of(codes);
}

}  // namespace facio::context
