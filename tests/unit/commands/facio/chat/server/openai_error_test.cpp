// Failures as clients of the OpenAI interface read them.
#include <catch2/catch.hpp>

#include "commands/facio/surfaces.hpp"

namespace facio {
namespace {

struct Nobody final : serve::MountedHandler {
  [[nodiscard]] unsigned methods(const serve::Segments&) const override { return 0; }
  void answer(serve::MountedCall, UniqueFunction<void(serve::Answer)>) override {}
};

serve::Answer failed(const Error& error) {
  Nobody nobody;
  for (const serve::Surface& surface : agent_surfaces({}, nobody, {}, {}))
    if (surface.name == "openai") return surface.answer_error(error);
  FAIL("there is no such surface");
  return {};
}

}  // namespace

TEST_CASE("the OpenAI interface has a form of its own for failures") {
  CHECK(failed(Error(Code::rejected, "no").with_field("stream")).body ==
        R"({"error":{"code":"bad_request","message":"no","type":"invalid_request_error","param":"stream","details":{"field":"stream"}}})");
  const serve::Answer upstream = failed(Error(Code::upstream_failed, "no"));
  CHECK(upstream.body == R"({"error":{"code":"upstream_failed","message":"no","type":"server_error","param":null}})");
  CHECK(upstream.headers == "X-Should-Retry: false\r\n");
  const serve::Answer turn = failed(Error(Code::turn_failed, "no"));
  CHECK((turn.status == 424 && turn.headers == "X-Should-Retry: false\r\n"));
  CHECK(turn.body == R"({"error":{"code":"turn_failed","message":"no","type":"server_error","param":null}})");
}

}  // namespace facio
