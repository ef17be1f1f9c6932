// facioctl context test: are the agents reached, and do they take the token?
#include <algorithm>
#include <chrono>

#include "cli/command_line/recognise.hpp"
#include "cli/contexts/contexts.hpp"
#include "cli/contexts/yaml.hpp"
#include "cli/core/shape_json.hpp"
#include "commands/local/context/say.hpp"
#include "commands/local/context/shapes.hpp"

namespace facio::context {
namespace {

/// The answer, unless another system than the context's answers there.
Result<JsonDocument> of_its_kind(Client& asker, Result<JsonDocument> answer) {
  const Context& context = (*asker.target())->context;
  const Recognised found = recognise(context, asker.environment(), !asker.invocation().global.no_proxy);
  if (found.system == nullptr || found.system == &asker.system()) return answer;
  const std::string kind(found.system->name);
  return fail(Code::unsupported, "this is " + kind + " " + printable(found.version) + ", not " + std::string(asker.system().name),
              "facioctl context add " + (context.name.empty() ? "NAME --url " + context.url : context.name) + " --kind " + kind);
}

/// Asks one agent with the token of the context; fills `test` and what to try.
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
                : health.empty() ? Result<JsonDocument>(fail(Code::unsupported, "no endpoint of its system reports its health"))
                                 : asker.ask(health);
  if (answer && !asker.system().checkup.token.empty())
    if (auto taken = asker.ask(asker.system().checkup.token); !taken) answer = fail(std::move(taken.error()));
  if (target && asker.system().checkup.sign.empty()) answer = of_its_kind(asker, std::move(answer));
  test.ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  test.result = answer ? "ok" : std::string(info(answer.error().code()).name);
  if (!answer) remedy = answer.error().hint();
  if (!answer) test.message = answer.error().message();
  else if (const JsonRef version = answer->root().get("version"); version.is(JsonKind::string)) test.version = version.string();
  return answer ? Code::ok : answer.error().code();
}

/// The exit code of all when they are the same, the smallest of several failures, 9 when some succeeded.
int exit_of(const std::vector<Code>& codes) {
  const auto [first, last] = std::ranges::minmax(codes, {}, [](Code code) { return info(code).exit; });
  const int least = info(first).exit;
  if (least == info(last).exit) return least;
  return least == 0 ? info(Code::partial).exit : least;
}

/// For a person at a terminal, where a column may be too narrow for the error.
Status say_what_is_next(Client& client, const ContextTest& test, Code code, const std::string& remedy) {
  if (code == Code::ok) return say_next(client, "facioctl" + (test.name.empty() ? "" : " --context " + test.name) + " audit -f");
  if (!client.streams().err.is_terminal()) return {};
  return note(client, "facioctl: " + (test.name.empty() ? "" : test.name + ": ") + printable(test.message) +
                          (remedy.empty() ? "" : "; try: " + remedy));
}

Result<std::vector<std::string>> names_of(Client& client) {
  const Invocation& invocation = client.invocation();
  std::vector<std::string> names = invocation.all("name");
  const std::string_view group = invocation.is_set("all_contexts") ? kAllContexts : invocation.value("group");
  if (names.empty() && group.empty()) return std::vector<std::string>{std::string()};
  const auto config = client.config();
  if (!config) return fail(config.error());
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
    if (name.empty())
      if (const auto target = client.target()) one.name = (*target)->context.name;
  }
  Status status = print_own(client, to_json(tests));
  (void)client.streams().out.flush();
  for (std::size_t i = 0; status && i < codes.size(); ++i) status = say_what_is_next(client, tests.items[i], codes[i], remedies[i]);
  return exit_code(std::move(status), exit_of(codes));
}

}  // namespace facio::context
