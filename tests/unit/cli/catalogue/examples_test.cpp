#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "cli/catalogue/catalogue.hpp"
#include "cli/catalogue/global_flags.hpp"
#include "tests/unit/every_endpoint.hpp"

using namespace facio;

namespace {

/// Words of a command line as a shell would split it, for the quotes that examples use.
std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool open = false;
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote) quote = 0;
      else word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      open = true;
    } else if (c == ' ') {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  REQUIRE(quote == 0);
  if (open) words.push_back(word);
  return words;
}

void add_field(std::set<std::string>& flags, const std::string& name, const Field& field) {
  if (field.attr.letter != 0) flags.insert(std::string("-") + field.attr.letter);
  if (field.attr.secret) {
    for (const char* source : {"-file", "-env", "-fd", "-stdin"}) flags.insert("--" + name + source);
    return;
  }
  flags.insert("--" + name);
  if (field.attr.format == Format::document && field.type->kind == Kind::string) flags.insert("--" + name + "-file");
  if (field.type->kind == Kind::boolean) flags.insert("--no-" + name);
}

std::set<std::string> flags_of_command(const Endpoint& endpoint) {
  std::set<std::string> flags;
  for (const GlobalFlag& flag : kGlobalFlags) {
    if (!has_global(endpoint, flag)) continue;
    flags.insert("--" + std::string(flag.name));
    if (flag.letter != 0) flags.insert(std::string("-") + flag.letter);
  }
  for (const Param& param : endpoint.params)
    if (!param.is_positional()) add_field(flags, flag_of(param.field), param.field);
  if (endpoint.body != nullptr)
    for (const BodyFlag& flag : body_flags(*endpoint.body)) add_field(flags, flag.flag, *flag.field);
  return flags;
}

}  // namespace

TEST_CASE("examples use only flags that their command has") {
  for (const Endpoint& endpoint : every_endpoint()) {
    const std::set<std::string> flags = flags_of_command(endpoint);
    for (const Example& example : endpoint.examples)
      for (const std::string& word : split(example.command)) {
        if (word == "--" || word == "|") break;
        if (word.size() < 2 || word.front() != '-' || (word[1] >= '0' && word[1] <= '9')) continue;
        CAPTURE(example.command, word);
        CHECK(flags.contains(word.substr(0, word.find('='))));
      }
  }
}

TEST_CASE("required arguments and flags are given by at least one example or a file") {
  for (const Endpoint& endpoint : every_endpoint()) {
    CAPTURE(endpoint.id);
    for (const Param& param : endpoint.params) {
      if (param.place != Place::query || param.is_positional() || !param.field.required) continue;
      const std::string flag = "--" + flag_of(param.field);
      CHECK(std::ranges::any_of(endpoint.examples, [&](const Example& e) { return e.command.find(flag) != std::string_view::npos; }));
    }
  }
}

TEST_CASE("destructive commands show how to do without the question") {
  for (const Endpoint& endpoint : every_endpoint()) {
    if (endpoint.effect != Effect::destructive || endpoint.method == Method::none) continue;
    CAPTURE(endpoint.id);
    CHECK(std::ranges::any_of(endpoint.examples, [](const Example& e) { return e.command.find("--yes") != std::string_view::npos; }));
  }
}
