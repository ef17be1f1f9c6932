// Requests and failures in words: status, curl line, dry run.
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#include "cli/http/client.hpp"
#include "tests/unit/cli/http/loopback_server.hpp"

using namespace facio;
using namespace facio::test;

namespace {

Request request_of(std::string method, std::string target) {
  Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  return request;
}

Status status_of(unsigned status, std::string body, std::string type = "application/json") {
  Response response;
  response.status = status;
  response.body = std::move(body);
  response.content_type = std::move(type);
  response.request_id = "r1";
  return check_status(default_system().errors, request_of("GET", "/api/v1/cron/x?secret=1"), response);
}

/// Runs a line in a shell; its exit status.
int shell(const std::string& line) {
  const int status = std::system(line.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a status becomes a code, and the message is found wherever agents put it") {
  CHECK(status_of(200, ""));
  CHECK(status_of(202, "{}"));
  struct Case {
    unsigned status;
    const char* body;
    Code code;
    const char* message;
  };
  const Case cases[] = {
      {404, R"({"error":{"code":"not_found","message":"no job x"}})", Code::not_found, "no job x"},
      {400, R"({"message":"bad"})", Code::rejected, "bad"},
      {422, R"({"detail":"worse"})", Code::rejected, "worse"},
      {409, R"({"error":"taken"})", Code::conflict, "taken"},
      {422, R"({"detail":[{"loc":["body","items",0,"n"],"msg":"field required"},{"loc":["query","q"],"msg":"bad"}]})", Code::rejected,
       "body.items[0].n: field required; query.q: bad"},
      {400, R"({"message":"Invalid","errors":{"name":["is required"]}})", Code::rejected, "Invalid: name: is required"},
      {407, "", Code::rejected, "the proxy requires a user name and a password"},
      {500, "plain words\n", Code::internal, "plain words"},
      {502, "", Code::upstream_failed, "the agent answered with status 502"},
      {401, "{}", Code::unauthenticated, "the agent refused the token"},
      {302, "", Code::server, "the agent answered 302, a redirect, which is not followed"},
  };
  for (const Case& one : cases) {
    INFO(one.status);
    const auto status = status_of(one.status, one.body, "text/plain");
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == one.code);
    CHECK(status.error().message() == one.message);
    CHECK(status.error().http() == one.status);
    CHECK(status.error().path() == "/api/v1/cron/x");
    CHECK(status.error().request_id() == "r1");
  }
  CHECK(status_of(503, "<html>a page</html>", "text/html").error().message().find("html") == std::string::npos);
  CHECK(status_of(500, std::string(300, 'x'), "text/plain").error().message() == "the agent answered with status 500");
}

TEST_CASE("the curl line works when it is pasted, and holds no token") {
  if (shell("command -v curl > /dev/null") != 0) return;  // nothing to paste into
  std::string seen;
  LoopbackServer server({[&](Peer& peer) {
    seen = peer.request();
    peer.send(reply("200 OK", "{}"));
  }});
  Target target;
  target.url = server.url() + "/it's";
  target.token = Secret("canary-token");
  Request request = request_of("PATCH", "/api/v1/cron/a%3Ab?x=[1]&y=$HOME");
  request.body = R"({"name":"it's \"quoted\" $HOME `id` \\ é"})";
  request.has_body = true;
  const std::string line = *curl_form(CurlForm::sh, target, request);
  CHECK(line.find("canary-token") == std::string::npos);
  ::setenv("FACIOCTL_TOKEN", "canary-token", 1);
  CHECK(shell("(" + line + ") > /dev/null") == 0);
  ::unsetenv("FACIOCTL_TOKEN");
  CHECK(seen.substr(0, seen.find("\r\n")) == "PATCH /it's/api/v1/cron/a%3Ab?x=[1]&y=$HOME HTTP/1.1");
  CHECK(seen.find("Authorization: Bearer canary-token\r\n") != std::string::npos);
  CHECK(seen.find("Content-Type: application/json\r\n") != std::string::npos);
  CHECK(seen.substr(seen.find("\r\n\r\n") + 4) == request.body);
}

TEST_CASE("the dry run shows all but the secrets") {
  Target target;
  target.url = "https://agent.example/base";
  target.token = Secret("canary-token");
  Request request = request_of("PUT", "/api/v1/credentials/KEY");
  request.body = R"({"value":"hunter2"})";
  request.has_body = true;
  request.secrets = {"hunter2"};
  CHECK(describe_request(target, request) ==
        "PUT https://agent.example/base/api/v1/credentials/KEY\nHost: agent.example\nUser-Agent: facioctl/" FACIOCTL_VERSION
        "\nAccept: application/json\nContent-Type: application/json\nAccept-Encoding: identity\nContent-Length: 19\nAuthorization: Bearer "
        "***\n\n{\n  \"value\": "
        "\"***\"\n}\n");
  const std::string line = *curl_form(CurlForm::sh, target, request);
  CHECK(line.find("hunter2") == std::string::npos);
  target.token = Secret();
  CHECK(*curl_form(CurlForm::sh, target, request_of("GET", "/x")) ==
        "curl -sS --globoff --path-as-is -H 'Accept: application/json' 'https://agent.example/base/x'");
}

TEST_CASE("secrets that overlap or begin alike are hidden whole") {
  Request request = request_of("GET", "/x");
  request.secrets = {"abcdef", "defghi", "abcd", "xyz?"};
  const http::RequestMask mask(request, Secret("token-1"));
  CHECK(mask.text("abcdefghi") == "***");
  CHECK(mask.text("abcdefabcd abcd") == "****** ***");
  CHECK(mask.text("abc abcdefxyz?") == "abc ******");
  CHECK(mask.text("xyz%3F and token-1") == "*** and ***");
  CHECK(mask.text("abc") == "abc");
  CHECK(mask.text("").empty());
  CHECK(mask.url("http://h/abcdef?a=token-1") == "http://h/***?a=***");
}

TEST_CASE("a short secret is hidden where it is a whole value, and nowhere else") {
  Target target;
  target.url = "https://agent.example";
  Request request = request_of("PUT", "/api/v1/credentials/th?x=th&y=other");
  request.body = R"({"value":"th","th":"with","list":["th"]})";
  request.has_body = true;
  request.secrets = {"th"};
  const std::string shown = describe_request(target, request);
  CHECK(shown.starts_with("PUT https://agent.example/api/v1/credentials/***?x=***&y=other\n"));
  CHECK(shown.find("Content-Length: 40\n") != std::string::npos);
  CHECK(shown.find("\"value\": \"***\"") != std::string::npos);
  CHECK(shown.find("\"th\": \"with\"") != std::string::npos);
  CHECK(shown.find("    \"***\"\n") != std::string::npos);
}

TEST_CASE("secrets never change the names of headers") {
  Target target;
  target.url = "https://agent.example";
  Request request = request_of("PUT", "/x");
  request.body = R"({"value":"Content","more":"my Content too"})";
  request.has_body = true;
  request.secrets = {"Content"};
  const std::string shown = describe_request(target, request);
  CHECK(shown.find("Content-Type: application/json\n") != std::string::npos);
  CHECK(shown.find("\"more\": \"my *** too\"") != std::string::npos);
}

TEST_CASE("the curl line of a body with secrets reads it from standard input") {
  Target target;
  target.url = "https://agent.example";
  target.token = Secret("canary-token");
  Request request = request_of("PUT", "/x");
  request.body = R"({"value":"hunter2"})";
  request.has_body = true;
  request.secrets = {"hunter2"};
  const std::string line = *curl_form(CurlForm::sh, target, request);
  CHECK(line.find("--data-binary @/dev/fd/3") != std::string::npos);
  CHECK(line.starts_with("{ printf "));
  CHECK(line.ends_with("; } 3<&0"));
  CHECK(curl_note(target, request).ends_with(R"({"value":"***"})"));
  target.token = Secret();
  CHECK(curl_form(CurlForm::sh, target, request)->find("--data-binary @- ") != std::string::npos);
  request.secrets.clear();
  CHECK(curl_form(CurlForm::sh, target, request)->find("hunter2") != std::string::npos);
  CHECK(curl_note(target, request).empty());
}

TEST_CASE("a body that is no JSON has its own type, and is shown by its size alone") {
  Target target;
  target.url = "http://127.0.0.1:1";
  Request request = request_of("POST", "/x");
  request.has_body = true;
  request.body = std::string("\x89PNG\0\x01", 6);
  request.headers.emplace_back("Content-Type", "image/png");
  request.headers.emplace_back("X-Filename", "it's.png");
  const std::string shown = describe_request(target, request);
  CHECK(shown.find("Content-Type: image/png\n") != std::string::npos);
  CHECK(shown.find("X-Filename: it's.png\n") != std::string::npos);
  CHECK(shown.ends_with("(6 bytes that are no text)\n"));
  const std::string line = *curl_form(CurlForm::sh, target, request);
  CHECK(line.find(R"(-H 'X-Filename: it'\''s.png')") != std::string::npos);
  CHECK(line.find("--data-binary @-") != std::string::npos);
  CHECK(line.find("PNG") == std::string::npos);
  CHECK(curl_note(target, request) == "the body is no text and is not in the command; give it on standard input");
  const auto address = http::parse_address(target.url);
  request.headers.front().second = "two\r\nlines";
  CHECK(http::headers_of(*address, request, "").error().code() == Code::usage);
}
