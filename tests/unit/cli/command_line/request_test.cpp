#include <catch2/catch.hpp>

#include "tests/unit/cli/command_line/rig.hpp"

using namespace facio;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using facio::test::request_line;

TEST_CASE("path values are encoded as encodeURIComponent does") {
  CHECK(request_line({"sessions", "get", "telegram:123/4"}) == "GET /api/v1/sessions/telegram%3A123%2F4");
  CHECK(request_line({"cron", "get", "a b%c?d#e"}) == "GET /api/v1/cron/a%20b%25c%3Fd%23e");
  CHECK(request_line({"cron", "get", "ü-_.!~*'()"}) == "GET /api/v1/cron/%C3%BC-_.!~*'()");
}

TEST_CASE("names that URLs fold away are refused") {
  CHECK_THAT(request_line({"cron", "get", "."}), StartsWith("exit 2: ID"));
  CHECK_THAT(request_line({"cron", "get", ".."}), StartsWith("exit 2: ID"));
  CHECK_THAT(request_line({"cron", "get", ""}), StartsWith("exit 2: ID"));
  CHECK(request_line({"cron", "get", "..."}) == "GET /api/v1/cron/...");
}

TEST_CASE("what -o name prints is accepted back") { CHECK(request_line({"cron", "get", "cron/5f0c"}) == "GET /api/v1/cron/5f0c"); }

TEST_CASE("an action without a body is sent with an empty object") {
  CHECK(request_line({"cron", "pause", "a"}) == "POST /api/v1/cron/a/pause {}");
  CHECK(request_line({"cron", "delete", "a", "--yes"}) == "DELETE /api/v1/cron/a");
}

TEST_CASE("query values are encoded") {
  CHECK(request_line({"audit", "tail", "-n", "20"}) == "GET /api/v1/audit/tail?limit=20");
  CHECK_THAT(request_line({"audit", "list", "--event", "a&b"}), Contains("event=a%26b"));
}

TEST_CASE("a message is plain text, by position or by flag") {
  const std::string hello = R"(POST /v1/chat/completions {"messages":[{"role":"user","content":"hello"}]})";
  CHECK(request_line({"chat", "send", "hello"}) == hello);
  CHECK(request_line({"chat", "send", "-m", "hello"}) == hello);
  CHECK(request_line({"chat", "send", "--message", R"({"role":"user","content":"hello"})"}) == hello);
  CHECK(request_line({"chat", "send", "{not JSON"}) == R"(POST /v1/chat/completions {"messages":[{"role":"user","content":"{not JSON"}]})");
  CHECK(request_line({"chat", "send", "hello", "--session", "api:a"}) ==
        R"(POST /v1/chat/completions {"messages":[{"role":"user","content":"hello"}],"session_id":"api:a"})");
  CHECK_THAT(request_line({"chat", "send", "a", "-m", "b"}), StartsWith("exit 2: ") && Contains("cannot be combined"));
  CHECK_THAT(request_line({"chat", "send", "a", "b"}), StartsWith("exit 2: "));
}

TEST_CASE("paths of the workspace are positionals and travel in the query") {
  CHECK(request_line({"workspace", "read", "notes/a b.md"}) == "GET /api/v1/workspace/file?path=notes%2Fa%20b.md");
  CHECK(request_line({"workspace", "delete", "a", "--yes"}) == "DELETE /api/v1/workspace/file?path=a");
  CHECK(request_line({"workspace", "tree"}) == "GET /api/v1/workspace/tree");
  CHECK(request_line({"workspace", "tree", "skills", "--depth", "1"}) == "GET /api/v1/workspace/tree?path=skills&depth=1");
  CHECK(request_line({"workspace", "write", "a", "--content", "x"}) == R"(PUT /api/v1/workspace/file?path=a {"content":"x"})");
  CHECK_THAT(request_line({"workspace", "read"}), StartsWith("exit 2: ") && Contains("needs FILE"));
  CHECK_THAT(request_line({"workspace", "read", " "}), StartsWith("exit 2: ") && Contains("FILE"));
}

TEST_CASE("actions are sent with {}, the start of a login with nothing") {
  CHECK(request_line({"cron", "pause", "a"}) == "POST /api/v1/cron/a/pause {}");
  CHECK(request_line({"mcp", "enable", "a"}) == "POST /api/v1/mcp/a/enable {}");
  CHECK(request_line({"providers", "login", "github_copilot"}) == "POST /api/v1/credentials/providers/github_copilot/oauth/start");
}
