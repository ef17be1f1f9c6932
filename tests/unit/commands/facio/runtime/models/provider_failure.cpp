#include "commands/facio/runtime/models/openai_wire.hpp"
#include "commands/facio/runtime/models/provider_failure.hpp"
#include "tests/unit/commands/facio/credentials/server/world.hpp"

using namespace facio;
using namespace facio::test;
using namespace facio::serve;

namespace {

using FailureKind = ProviderFailure::Kind;

struct Told {
  std::string_view body;
  unsigned status;  ///< of HTTP; 0: the failure is a piece of a stream
  std::string_view words;
  FailureKind kind;
};
constexpr Told kTold[] = {
    {R"({"error":{"message":"overloaded"}})", 0, "overloaded", FailureKind::passing},
    {R"({"error":"busy"})", 503, "busy", FailureKind::passing},
    {R"([{"error":{"message":"a\nb"}}])", 400, "a b", FailureKind::lasting},
    {R"({"detail":"gone"})", 410, "gone", FailureKind::lasting},
    {R"({"detail":[{"loc":["body","n"],"msg":"field required"}]})", 422, "field required", FailureKind::lasting},
    {R"({"error":true,"message":"no such model"})", 404, "no such model", FailureKind::lasting},
    {R"({"code":400,"details":"bad grammar"})", 0, "bad grammar", FailureKind::lasting},
    {R"({"code":"429","error_message":"slow down"})", 0, "slow down", FailureKind::passing},
    {R"({"object":"error","message":"This model does not exist","code":404})", 0, "This model does not exist", FailureKind::lasting},
    {R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", 0, "Overloaded", FailureKind::passing},
    {R"({"error":{"message":"Provider returned error","code":502,"metadata":{"raw":"{\"error\":{\"message\":\"no GPU\"}}"}}})", 0,
     "Provider returned error: no GPU", FailureKind::passing},
    {R"({"choices":[{"delta":{},"error":{"code":400,"message":"bad tool"}}]})", 0, "bad tool", FailureKind::lasting},
    {R"({"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}})", 0, "insufficient balance", FailureKind::lasting},
    {R"({"error":{"message":"You exceeded your current quota","type":"insufficient_quota"}})", 429, "You exceeded your current quota",
     FailureKind::lasting},
    {R"({"error":{"message":"Quota exceeded, please retry in 18.5s","status":"RESOURCE_EXHAUSTED"}})", 429,
     "Quota exceeded, please retry in 18.5s", FailureKind::passing},
    {R"({"error":{"message":"Insufficient Balance","type":"unknown_error"}})", 402, "Insufficient Balance", FailureKind::lasting},
    {"<html>busy</html>", 502, "", FailureKind::passing},
    {"no route", 404, "no route", FailureKind::lasting},
    {R"({"code":400,"message":"the request exceeds the available context size"})", 0, "the request exceeds the available context size",
     FailureKind::too_long},
    {R"({"error":{"message":"too many","code":"context_length_exceeded"}})", 400, "too many", FailureKind::too_long},
    {R"({"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum","type":"invalid_request_error"}})", 400,
     "prompt is too long: 210000 tokens > 200000 maximum", FailureKind::too_long},
    {R"({"error":{"message":"Input length 131393 exceeds the maximum allowed input length of 131040 tokens.","code":"400"}})", 400,
     "Input length 131393 exceeds the maximum allowed input length of 131040 tokens.", FailureKind::too_long},
    {R"({"message":"Range of input length should be [1, 30720]"})", 400, "Range of input length should be [1, 30720]",
     FailureKind::too_long},
    {R"~({"error":{"message":"Your request exceeded model token limit: 262144 (requested: 566084)"}})~", 400,
     "Your request exceeded model token limit: 262144 (requested: 566084)", FailureKind::too_long},
    {R"({"error":{"message":"Too many tokens, please wait: the context window of your plan is exceeded"}})", 429,
     "Too many tokens, please wait: the context window of your plan is exceeded", FailureKind::passing},
};

/// What is no failure, though it has a member that could be one.
constexpr std::string_view kHarmless[] = {
    R"({"choices":[{"delta":{"content":"hi"}}],"error":null})",
    R"({"choices":[{"delta":{"content":"hi"}}],"error":{}})",
    R"({"choices":[{"delta":{"content":"hi"}}],"error":{"code":null,"message":""}})",
    R"({"choices":[{"delta":{"content":"hi"}}],"message":"","code":0})",
    R"({"choices":[{"delta":{"content":"hi"}}],"base_resp":{"status_code":0,"status_msg":""}})",
    R"({"choices":[],"usage":{"prompt_tokens":1}})",
    R"({"type":"ping"})",
    R"([])",
};

}  // namespace

TEST_CASE("models: what a provider says went wrong, in whatever form, and whether the next request can succeed") {
  for (const Told& one : kTold) {
    INFO(one.body);
    ProviderFailure failure;
    if (one.status == 0) {
      const auto document = good(JsonDocument::parse(one.body));
      const auto found = failure_in(document.root());
      REQUIRE(found);
      failure = *found;
    } else {
      failure = failure_of(one.body, one.status);
    }
    CHECK(failure.words == one.words);
    CHECK(kind_of(failure) == one.kind);
    CHECK(error_of(failure, "it").code() == (one.kind == FailureKind::too_long ? Code::too_large : Code::upstream_failed));
  }
  for (const std::string_view body : kHarmless) {
    INFO(body);
    const auto document = good(JsonDocument::parse(body));
    CHECK_FALSE(failure_in(document.root()));
  }
}

TEST_CASE("models: a parameter is refused by words that say so, not by words that hold its name") {
  const auto words = [](std::string_view text) { return failure_of(R"({"error":{"message":")" + std::string(text) + "\"}}", 400); };
  for (const char* text : {"Unsupported parameter: 'stream'", "stream is not supported", "This model does not support streaming.",
                           "streaming is not possible", "`stream` must be false", "Unknown field stream", "Streaming not yet supported"}) {
    INFO(text);
    CHECK(refuses(words(text), "stream", "streaming"));
  }
  for (const char* text :
       {"Upstream error", "stream closed: backend is not available", "the stream broke", "stream_options is not supported"}) {
    INFO(text);
    CHECK_FALSE(refuses(words(text), "stream", "streaming"));
  }
  CHECK(refuses(words("Unsupported value: 'temperature' does not support 0.7 with this model."), "temperature"));
  CHECK(refuses(words("invalid temperature: only 1 is allowed for this model"), "temperature"));
  CHECK(refuses(failure_of(R"({"error":{"message":"no","param":"stream"}})", 400), "stream"));
  CHECK(refuses(failure_of(R"({"detail":[{"loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]})", 422),
                "stream_options"));
}
