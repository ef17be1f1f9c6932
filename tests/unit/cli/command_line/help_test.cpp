#include <catch2/catch.hpp>
#include <algorithm>

#include "cli/command_line/command_flags.hpp"
#include "cli/command_line/completion.hpp"
#include "cli/command_line/help_layout.hpp"
#include "cli/core/text.hpp"
#include "cli/output/render.hpp"
#include "tests/unit/cli/command_line/rig.hpp"
#include "tests/unit/every_endpoint.hpp"

using namespace facio;
using Catch::Matchers::Contains;
using facio::test::run_program;

namespace {
auto lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }
}  // namespace

TEST_CASE("short help of every command has at most 24 lines, examples before flags") {
  for (const Endpoint& endpoint : every_endpoint()) {
    const std::string text = short_help(endpoint);
    INFO(text);
    CHECK(lines(text) <= 24);
    CHECK_THAT(text, Contains("Usage: facioctl " + command_words(endpoint)));
    if (const auto flags = text.find("\nFlags:"); flags != std::string::npos && !endpoint.examples.empty())
      CHECK(text.find("\nExamples:") < flags);
  }
}

TEST_CASE("no line of help is wider than the terminal, but for a single word") {
  for (const int width : {72, 80, 100})
    for (const Endpoint& endpoint : every_endpoint())
      for (const std::string& text : {short_help(endpoint, width), full_help(endpoint, width)})
        for (std::string_view rest = text; !rest.empty();) {
          const std::string_view line = split_off(rest, '\n');
          INFO(width << ": " << line);
          const bool one_word = trimmed(line).find(' ') == std::string_view::npos;
          CHECK((cell_width(line) <= width || one_word || line.ends_with(" \\")));
        }
}

TEST_CASE("rows of help go on below where they began, counted in cells") {
  CHECK(help_table({{"--name WORD…", "three small words"}, {"日本", "two"}, {"--a-flag-that-is-longer-than-the-column X", "below"}}, 42) ==
        "  --name WORD…  three small words\n"
        "  日本          two\n"
        "  --a-flag-that-is-longer-than-the-column X\n"
        "                below\n");
  CHECK(help_table({{"--flag", "one two three four five six seven"}}, 34) ==
        "  --flag  one two three four five\n"
        "          six seven\n");
}

TEST_CASE("a long example can be pasted as it is shown") {
  CHECK(typed_lines("cron list", 80) == "  facioctl cron list\n");
  CHECK(typed_lines("cron create --name 'a long name' --every 1h", 36) ==
        "  facioctl cron create --name \\\n"
        "      'a long name' --every 1h\n");
}

TEST_CASE("full help of every command names every flag") {
  for (const Endpoint& endpoint : every_endpoint()) {
    const std::string text = full_help(endpoint);
    INFO(text);
    for (const CommandFlag& flag : command_flags(endpoint))
      if (flag.role != FlagRole::secret_literal)
        CHECK(text.find(flag.negatable() ? "--[no-]" + flag.name : "--" + flag.name) != std::string::npos);
  }
}

TEST_CASE("questions are answered on standard output with code 0") {
  const std::vector<std::vector<std::string_view>> questions = {{},
                                                                {"-h"},
                                                                {"--help"},
                                                                {"--version"},
                                                                {"cron"},
                                                                {"cron", "-h"},
                                                                {"cron", "create", "-h"},
                                                                {"cron", "create", "--help"},
                                                                {"-h", "cron", "create"}};
  for (const auto& question : questions) {
    const auto ran = run_program(question);
    CHECK(ran.code == 0);
    CHECK(!ran.out.empty());
    CHECK(ran.err.empty());
  }
  CHECK(run_program({"--version"}).out == "facioctl " FACIOCTL_VERSION "\n");
  CHECK_THAT(run_program({"cron", "create", "-h"}).out, Contains("--every"));
  CHECK_THAT(run_program({"version", "--help"}).out, Contains("Usage: facioctl version "));
  CHECK_THAT(run_program({"version", "-h"}).out, Contains("Usage: facioctl version "));
  const std::string_view version[] = {"version"};
  CHECK_THAT(help_about(version, nullptr).value(), Contains("Usage: facioctl version "));
  CHECK_THAT(run_program({"version", "list", "--help"}).out, Contains("Usage: facioctl versions list"));
}

TEST_CASE("paragraphs of full help are wrapped") {
  for (const Endpoint& endpoint : every_endpoint()) {
    const std::string text = full_help(endpoint);
    const auto start = text.find("[flags]\n") + 8;
    std::string_view paragraph = std::string_view(text).substr(start, text.find("\nExamples:") - start);
    if (endpoint.description.empty() || endpoint.examples.empty()) continue;
    while (!paragraph.empty()) {
      const std::string_view line = paragraph.substr(0, paragraph.find('\n'));
      INFO(endpoint.id << ": " << line);
      CHECK(line.size() <= 88);
      paragraph.remove_prefix(std::min(paragraph.size(), line.size() + 1));
    }
  }
}

TEST_CASE("misspelt words are suggested and never run") {
  const std::vector<std::pair<std::vector<std::string_view>, std::string>> table = {{{"corn", "list"}, "cron list"},
                                                                                    {{"cron", "lst"}, "cron list"},
                                                                                    {{"cron", "crate"}, "cron create"},
                                                                                    {{"adit", "tail"}, "audit tail"}};
  for (const auto& [words, meant] : table) {
    const auto ran = run_program(words);
    INFO(ran.err);
    CHECK(ran.code == 2);
    CHECK(ran.out.empty());
    CHECK(lines(ran.err) <= 3);
    CHECK_THAT(ran.err, Contains(meant));
  }
}

TEST_CASE("usage errors are objects in machine formats") {
  const auto ran = run_program({"cron", "lst", "-o", "json"});
  CHECK(ran.code == 2);
  CHECK(ran.err.starts_with("{\"error\":{\"code\":\"usage\",\"exit\":2"));
}

TEST_CASE("help about topics") {
  const auto about = [](std::vector<std::string_view> words) { return help_about(words, nullptr); };
  CHECK_THAT(*about({"exit-codes"}), Contains("74") && Contains("unauthenticated"));
  CHECK_THAT(*about({"environment"}), Contains("FACIOCTL_TOKEN_FILE"));
  CHECK_THAT(*about({"contexts"}), Contains("insecure_http"));
  CHECK_THAT(*about({"cron"}), Contains("create"));
  CHECK_THAT(*about({"cron", "create"}), Contains("--every"));
  CHECK(about({"nonsense-word"}).error().code() == Code::usage);
}

TEST_CASE("every topic has a page that fits into 80 columns") {
  for (const Topic& topic : help_topics()) {
    INFO(topic.name);
    const std::string text = topic_help(topic.name);
    CHECK(std::count(text.begin(), text.end(), '\n') > 4);
    if (topic.name != "environment") CHECK(std::count(text.begin(), text.end(), '\n') <= 40);  // that one is a table of all variables
    CHECK_FALSE(topic.title.empty());
    std::size_t longest = 0;
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) longest = std::max(longest, end - at);
    CHECK(longest <= 82);  // bytes; "…" has three
  }
  // A topic that is an area or a command, too, shows both.
  CHECK_THAT(*help_about(std::vector<std::string_view>{"audit"}, nullptr), Contains("A run is one turn") && Contains("audit tail"));
  CHECK_THAT(*help_about(std::vector<std::string_view>{"completion"}, nullptr), Contains("150 ms") && Contains("Usage:"));
}

TEST_CASE("completion offers words, verbs, flags and allowed values") {
  const auto offered = [](std::vector<std::string_view> words) {
    const Completion completion = complete(words, test::MapEnvironment());
    std::string text;
    for (const Candidate& candidate : completion.found) text += candidate.word + "\t" + candidate.meaning + "\n";
    return text + (completion.files ? ":files\n" : "");
  };
  CHECK_THAT(offered({"cr"}), Contains("cron\t"));
  CHECK_THAT(offered({"cron", ""}), Contains("create\t") && Contains("run-now\t"));
  CHECK_THAT(offered({"cron", "create", "--ev"}), Contains("--every\t") && !Contains("--name"));
  CHECK_THAT(offered({"cron", "list", "-o", "j"}), Contains("json") && !Contains("table"));
  CHECK_THAT(offered({"cron", "list", "--output=j"}), Contains("--output=json"));
  CHECK(offered({"cron", "create", "-f", ""}) == ":files\n");
  CHECK(offered({"nonsense", ""}).empty());
}
