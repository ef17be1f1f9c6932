// What is offered at the cursor, whose names are meant there, and how bash gets them.
#include <catch2/catch.hpp>

#include "cli/catalogue/system.hpp"
#include "cli/command_line/completion.hpp"
#include "tests/unit/cli/command_line/rig.hpp"

using namespace facio;

namespace {

constexpr std::string_view kBreaks = " \t\n\"'><=;|&(:";

/// "cron.list id" for the source of names at the cursor.
std::string source_at(std::vector<std::string_view> words) {
  const NameSource source = complete(words, test::MapEnvironment()).source;
  switch (source.kind) {
    case NameSource::Kind::none: return "none";
    case NameSource::Kind::contexts: return "contexts";
    case NameSource::Kind::groups: return "groups";
    case NameSource::Kind::states: return "states";
    case NameSource::Kind::endpoints: return "endpoints";
    case NameSource::Kind::paths: return "paths";
    default: return std::string(source.list->id) + (source.key.empty() ? "" : " ") + std::string(source.key);
  }
}

}  // namespace

TEST_CASE("an argument is completed by the list of its collection") {
  CHECK(source_at({"cron", "run-now", ""}) == "cron.list id");
  CHECK(source_at({"cron", "run-now", "x", ""}) == "cron.list id");
  CHECK(source_at({"credentials", "set", ""}) == "credentials.list key");
  CHECK(source_at({"credentials", "unexpose", ""}) == "credentials.list key");
  CHECK(source_at({"sessions", "get", "--limit", "5", ""}) == "sessions.list key");
  CHECK(source_at({"sessions", "delete", "a", "b", ""}) == "sessions.list key");
  CHECK(source_at({"sessions", "export", ""}) == "sessions.list key");
  CHECK(source_at({"channels", "get", ""}) == "channels.list");
  CHECK(source_at({"channels", "check", ""}) == "channels.list");
  CHECK(source_at({"providers", "login", ""}) == "providers.list name");
  CHECK(source_at({"mcp", "tools", ""}) == "mcp.list name");
  CHECK(source_at({"mcp", "add", ""}) == "none");
  CHECK(source_at({"skills", "remove", ""}) == "skills.list name");
  CHECK(source_at({"versions", "diff", ""}) == "versions.list sha");
  CHECK(source_at({"versions", "diff", "abc", ""}) == "workspace.tree");
  CHECK(source_at({"approvals", "approve", "a", ""}) == "approvals.list id");
  CHECK(source_at({"improvement", "get", ""}) == "improvement.list id");
  CHECK(source_at({"audit", "run", ""}) == "audit.list run_id");
  CHECK(source_at({"usage", "run", ""}) == "audit.list run_id");
  CHECK(source_at({"peers", "call", ""}) == "peers.list alias");
  CHECK(source_at({"policy", "test", ""}) == "audit.stats by_tool");
  CHECK(source_at({"policy", "remove", ""}) == "policy.list tool");
  CHECK(source_at({"workspace", "cat", "a/"}) == "workspace.tree");
  CHECK(source_at({"context", "use", ""}) == "contexts");
  CHECK(source_at({"use", ""}) == "contexts");
  CHECK(source_at({"schema", ""}) == "endpoints");
}

TEST_CASE("a flag's value is completed by what it names") {
  CHECK(source_at({"agent", "status", "--session", ""}) == "sessions.list key");
  CHECK(source_at({"agent", "stop", "--session="}) == "sessions.list key");
  CHECK(complete(std::vector<std::string_view>{"agent", "stop", "--session=te"}, test::MapEnvironment()).name_prefix == "--session=");
  CHECK(complete(std::vector<std::string_view>{"agent", "stop", "--session=te"}, test::MapEnvironment()).begun == "te");
  CHECK(source_at({"cron", "list", "--context", ""}) == "contexts");
  CHECK(source_at({"--context="}) == "contexts");
  CHECK(source_at({"wait", "--for", "cron/re"}) == "cron.list name");
  CHECK(complete(std::vector<std::string_view>{"wait", "--for=cron/re"}, test::MapEnvironment()).name_prefix == "--for=cron/");
  CHECK(complete(std::vector<std::string_view>{"wait", "--for=cron/re"}, test::MapEnvironment()).name_suffix == "=");
  CHECK(source_at({"doctor", ""}) == "contexts");
  CHECK(source_at({"audit", "--group", ""}) == "groups");
  CHECK(source_at({"audit", "-f", "--run", ""}) == "audit.list run_id");
  CHECK(source_at({"audit", "--tool", ""}) == "audit.stats by_tool");
  CHECK(source_at({"cron", "create", "--channel", ""}) == "channels.list");
  CHECK(source_at({"cron", "delete", "--yes="}) == "contexts");
  CHECK(source_at({"cron", "list", "--limit", ""}) == "none");
}

TEST_CASE("flags with an optional value offer it behind =") {
  const auto words = [](std::vector<std::string_view> typed) {
    std::string text;
    for (const Candidate& candidate : complete(typed, test::MapEnvironment()).found) text += candidate.word + " ";
    return text;
  };
  CHECK(words({"cron", "list", "--curl=f"}) == "--curl=fish ");
  CHECK(words({"cron", "list", "--dry-run="}) == "--dry-run=check ");
  CHECK(words({"version", "--sbom="}) == "--sbom=cyclonedx --sbom=spdx ");
  CHECK(words({"wait", "--for", "he"}) == "health= ");
  CHECK(words({"wait", "--for", "cron/report=d"}) == "cron/report=done ");
  CHECK(words({"wait", "--for=agent="}) == "--for=agent=idle --for=agent=busy ");
  CHECK(words({"help", "exit-c"}) == "exit-codes ");
  CHECK(words({"help", "cron", "crea"}) == "create ");
  CHECK(words({"settings", "set", "time"}) == "timezone= ");
}

TEST_CASE("every source of names exists in the catalogue") {
  const auto check = [](std::string_view rest, std::string_view system) {
    while (!rest.empty()) {
      const std::string line(rest.substr(0, rest.find('\n')));
      rest.remove_prefix(line.size() + 1);
      INFO(line);
      if (line.find("@none") != std::string::npos) continue;
      const std::string area = line.substr(0, line.find(' '));
      const auto name = line.substr(area.size() + 1, line.find(' ', area.size() + 1) - area.size() - 1);
      Endpoint endpoint = *find_endpoint("version");
      endpoint.system = system;
      if (area != "*") endpoint.id = area;
      CHECK(name_source(endpoint, name));
    }
  };
  check(shared_name_sources(), {});
  for (const System* system : systems()) check(system->name_sources, system->name);
}

TEST_CASE("a thing that can be waited for has states, and a list where it has a name") {
  for (const System* system : systems())
    for (std::string_view lines = system->things; const auto thing = next_thing(lines);) {
      INFO(thing->word);
      CHECK_FALSE(thing->states.empty());
      CHECK(bool(thing->names) == thing->word.ends_with('/'));
    }
}

TEST_CASE("a line of bash is split into words without quotes") {
  const auto split = [](std::string_view line) { return split_shell_line(line, kBreaks); };
  CHECK(split("facioctl ").words == std::vector<std::string>{""});
  CHECK(split("facioctl cron  run").words == std::vector<std::string>{"cron", "run"});
  CHECK(split("facioctl a\\ b \"c d\" 'e' ").words == std::vector<std::string>{"a b", "c d", "e", ""});
  CHECK(split("facioctl \"\" x").words == std::vector<std::string>{"", "x"});
  CHECK(split("facioctl s get 'my se").words.back() == "my se");
  CHECK(split("facioctl s get 'my se").quote == '\'');
  CHECK(split("facioctl s get telegram:4").kept == 9);
  CHECK(split("facioctl --session=telegram:4").kept == 19);
  CHECK(split_shell_line("facioctl s get user@ho", "@:").kept == 4);
}

TEST_CASE("a candidate for bash replaces what bash replaces, quoted") {
  const auto inserted = [](std::string_view line, std::string_view word) { return bash_word(split_shell_line(line, kBreaks), word); };
  CHECK(inserted("facioctl s get tele", "telegram:42") == "telegram:42");
  CHECK(inserted("facioctl s get telegram:4", "telegram:42") == "42");
  CHECK(inserted("facioctl --session=telegram:", "--session=telegram:42") == "42");
  CHECK(inserted("facioctl s get ", "it's $HOME `x` \"q\"") == "it\\'s\\ \\$HOME\\ \\`x\\`\\ \\\"q\\\"");
  CHECK(inserted("facioctl s get \"my", "my \"$x\" key") == "my \\\"\\$x\\\" key");
  CHECK(inserted("facioctl s get 'my", "my 'key'") == "my '\\''key'\\''");
  CHECK(inserted("facioctl s get my\\ se", "my session") == "my\\ session");
  CHECK(inserted("facioctl s get ", "~root") == "\\~root");
  CHECK(inserted("facioctl s get ", "a;b|c&d(e)*?[") == "a\\;b\\|c\\&d\\(e\\)\\*\\?\\[");
}
