#include <catch2/catch.hpp>

#include "cli/http/media.hpp"
#include "cli/http/retry_after.hpp"

using namespace facio;
using namespace facio::http;

TEST_CASE("http: media types are compared without case, blanks and parameters") {
  CHECK(is_media_type("text/event-stream", kEventStream));
  CHECK(is_media_type(" Text/Event-Stream ; charset=UTF-8", kEventStream));
  CHECK_FALSE(is_media_type("text/event-streams", kEventStream));
  CHECK_FALSE(is_media_type("", kEventStream));
}

TEST_CASE("http: a body that is not what was asked for is named") {
  CHECK(foreign_body({{"Content-Type", "application/json"}}, "{}").empty());
  CHECK(foreign_body({{"content-encoding", "Identity"}}, "{}").empty());
  CHECK(foreign_body({{"Content-Encoding", "BR"}}, "x") == "compressed (br), which was not requested");
  CHECK(foreign_body({}, "\x1f\x8b\x08") == "compressed (gzip), which was not requested");
  CHECK(foreign_body({{"Content-Type", "Text/HTML; charset=utf-8"}}, "") == "an HTML page");
  CHECK(foreign_body({}, "\n<!DOCTYPE HTML><Title lang=en>\n502 Bad\nGateway </Title>") == "an HTML page: 502 Bad Gateway");
}

TEST_CASE("http: when to send a request again, in all forms") {
  constexpr std::int64_t kNow = 784'111'777'000;  // Sun, 06 Nov 1994 08:49:37 GMT
  const auto wait = [](const Headers& headers) { return retry_after_ms(headers, kNow).value_or(-1); };
  CHECK(wait({}) == -1);
  CHECK(wait({{"Retry-After", "2"}}) == 2000);
  CHECK(wait({{"Retry-After", " 1.5 "}}) == 1500);
  CHECK(wait({{"Retry-After", "0"}}) == 0);
  CHECK(wait({{"Retry-After", "-1"}}) == -1);
  CHECK(wait({{"Retry-After", "soon"}}) == -1);
  CHECK(wait({{"Retry-After", "nan"}}) == -1);
  CHECK(wait({{"retry-after-ms", "1500"}, {"Retry-After", "9"}}) == 1500);
  CHECK(wait({{"retry-after-ms", "x"}, {"Retry-After", "9"}}) == 9000);
  CHECK(wait({{"Retry-After", "Sun, 06 Nov 1994 08:49:39 GMT"}}) == 2000);
  CHECK(wait({{"Retry-After", "Sunday, 06-Nov-94 08:49:39 GMT"}}) == 2000);
  CHECK(wait({{"Retry-After", "Sun Nov  6 08:49:39 1994"}}) == 2000);
  CHECK(wait({{"Retry-After", "Sun, 06 Nov 1994 08:49:30 GMT"}}) == 0);
  CHECK(wait({{"Date", "Sun, 06 Nov 1994 08:49:30 GMT"}, {"Retry-After", "Sun, 06 Nov 1994 08:49:39 GMT"}}) == 9000);
  CHECK(wait({{"Retry-After", "Sun, 99 Nov 1994 08:49:39 GMT"}}) == -1);
  CHECK(wait({{"Retry-After", "Sun, 06 Abc 1994 08:49:39 GMT"}}) == -1);
  CHECK(wait({{"Retry-After", "1e300"}}) == 366LL * 24 * 3600 * 1000);
}
