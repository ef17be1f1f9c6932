#include "tests/systems/third/server/surface.hpp"

#include <charconv>

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/json.hpp"
#include "tests/systems/third/catalogue.hpp"

namespace facio::third {

using namespace serve;

namespace {

constexpr std::string_view kMark = "mark-";
constexpr std::int64_t kThings = 5;
constexpr std::string_view kHeaders[] = {"X-Third-Key"};

std::string thing(std::int64_t number) {
  const std::string digits = std::to_string(number);
  return R"({"id":"t-)" + digits + R"(","label":"thing )" + digits + R"(","size":)" + std::to_string(number * 1024) + R"(,"phase":")" +
         (number < 3 ? "old" : "new") + "\"}";
}

std::string_view kind_of(Code code) {
  switch (code) {
    case Code::not_found: return "missing";
    case Code::unauthenticated: return "no-key";
    default: return "malformed";
  }
}

Answer fault(const Error& error) {
  Answer answer;
  answer.status = status_of(error.code());
  answer.body = R"({"fault":{"reason":)";
  append_json_string(answer.body, error.message());
  answer.body += R"(,"kind":")" + std::string(kind_of(error.code())) + "\"";
  if (!error.field().empty()) {
    answer.body += R"(,"where":["query",)";
    append_json_string(answer.body, error.field());
    answer.body += "]";
  }
  answer.body += "}}";
  return answer;
}

void wrap(std::string& body, std::string_view next) {
  body.insert(0, R"({"data":)");
  if (!next.empty()) body += R"(,"meta":{"next":")" + std::string(next) + R"("})";
  body += "}";
}

constexpr RouteOf<ThingsService> kRoutes[] = {
    {"third.ping", read_of<&ThingsService::ping>},
    {"third.things.list", read_of<&ThingsService::list, "after", "count">},
    {"third.things.get", read_of<&ThingsService::get, "id">},
};

}  // namespace

std::string ThingsService::ping() const { return R"({"state":"ok","release":"2.7"})"; }

Result<Reply> ThingsService::list(std::string_view after, std::int64_t count) const {
  std::int64_t begin = 0;
  if (!after.empty()) {
    const std::string_view number = after.starts_with(kMark) ? after.substr(kMark.size()) : std::string_view{};
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), begin);
    if (error != std::errc{} || end != number.data() + number.size() || begin < 0)
      return fail_field(Code::rejected, "after", "not a mark of ours");
  }
  Reply reply{.body = R"({"rows":[)"};
  const std::int64_t end = std::min(begin + count, kThings);
  for (std::int64_t i = begin; i < end; ++i) (reply.body += i == begin ? "" : ",") += thing(i + 1);
  reply.body += "]}";
  if (end < kThings) reply.beside = std::string(kMark) + std::to_string(end);
  return reply;
}

Result<std::string> ThingsService::get(std::string_view id) const {
  for (std::int64_t i = 1; i <= kThings; ++i)
    if (id == "t-" + std::to_string(i)) return thing(i);
  return fail(Code::not_found, "nobody knows this thing");
}

serve::Surface surface(ThingsService& things, const Secret& key, std::string_view listener) {
  serve::Surface made{.name = "third",
                      .prefix = listener.empty() ? "/third" : "/",
                      .listener = listener,
                      .authenticate = [key](const RequestHead& head) -> Result<Caller> {
                        if (equal_in_constant_time(head.header("X-Third-Key"), key.reveal())) return Caller{};
                        return fail(Code::unauthenticated, "this key is not known");
                      },
                      .challenge = {},
                      .headers = kHeaders,
                      .answer_error = fault,
                      .wrap = wrap,
                      .endpoints = catalogue().all()};
  append_routes(made.routes, things, kRoutes);
  return made;
}

}  // namespace facio::third
