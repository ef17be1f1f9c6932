#include "commands/facio/runtime/a2a/surface_routes.hpp"

#include "cli/core/text.hpp"
#include "commands/serve/http/router.hpp"

namespace facio::serve {
namespace {

using a2a::Dialect;
using a2a::Fault;
using a2a::Outcome;
using Op = A2aOperation;

constexpr std::size_t kRootSegments = 2;  // a2a, v1
constexpr unsigned bit(Method method) { return 1U << static_cast<unsigned>(method); }

/// A path below the root.
struct Place {
  bool older = false;  ///< below /v1, where version 0.3 has its paths
  std::string_view collection, id, verb, below, config;
  bool good = false;
};

Place place_of(const Segments& segments) {
  Place place;
  std::size_t at = kRootSegments, count = segments.count;
  if (count > at && segments.values[count - 1].empty()) --count;
  if (at < count && segments.values[at] == "v1") {
    place.older = true;
    ++at;
  }
  const auto next = [&]() -> std::string_view { return at < count ? std::string_view(segments.values[at++]) : std::string_view(); };
  const auto split = [](std::string_view text, std::string_view& verb) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return text;
    verb = text.substr(colon + 1);
    return text.substr(0, colon);
  };
  std::string_view verb_of_collection;
  place.collection = split(next(), verb_of_collection);
  if (!verb_of_collection.empty()) {
    place.verb = verb_of_collection;
    place.good = at == count;
    return place;
  }
  place.id = split(next(), place.verb);
  place.below = next();
  place.config = next();
  place.good = at == count;
  return place;
}

struct Found {
  Method method = Method::none;
  Op operation = Op::card;
};

/// What the methods of a path do; those that are left are none.
struct Operations {
  Found all[2];
};

Operations operations_at(const Place& place) {
  if (!place.good) return {};
  const bool task = place.collection == "tasks" && !place.id.empty();
  if (place.collection == "message" && place.id.empty()) {
    if (place.verb == "send") return {{{Method::post, Op::send}}};
    if (place.verb == "stream") return {{{Method::post, Op::stream}}};
    return {};
  }
  if ((place.collection == "extendedAgentCard" || place.collection == "card") && place.id.empty() && place.verb.empty())
    return {{{Method::get, Op::card}}};
  if (place.collection == "tasks" && place.id.empty() && place.verb.empty()) return {{{Method::get, Op::list}}};
  if (!task) return {};
  if (place.below.empty()) {
    if (place.verb.empty()) return {{{Method::get, Op::get}}};
    if (place.verb == "cancel") return {{{Method::post, Op::cancel}}};
    if (place.verb == "subscribe") return {{{Method::post, Op::subscribe}, {Method::get, Op::subscribe}}};
    return {};
  }
  if (place.below != "pushNotificationConfigs" || !place.verb.empty()) return {};
  if (place.config.empty()) return {{{Method::post, Op::push_set}, {Method::get, Op::push_list}}};
  return {{{Method::get, Op::push_get}, {Method::del, Op::push_delete}}};
}

/// Parameters of the query as the request object has them; what is not known is left out.
Outcome<void> take_query(std::string_view query, JsonDocument& params) {
  auto pairs = split_query(query);
  if (!pairs) return a2a::refuse(Fault::Kind::invalid_params, pairs.error().message());
  for (const auto& [written, value] : *pairs) {
    // Version 0.3 knows the names of its protobuf messages too.
    const std::string name = written == "history_length" ? "historyLength" : written;
    if (name == "historyLength" || name == "pageSize") {
      std::int64_t number = 0;
      if (!read_number(value, number)) return a2a::bad(name, "must be an integer");
      params.set_integer(name, number);
    } else if (name == "includeArtifacts") {
      if (value != "true" && value != "false") return a2a::bad(name, "must be true or false");
      params.set_boolean(name, value == "true");
    } else if (name == "contextId" || name == "status" || name == "pageToken" || name == "statusTimestampAfter") {
      params.set_string(name, value);
    }
  }
  return {};
}

}  // namespace

bool is_a2a_root(const Segments& segments) {
  if (segments.count < kRootSegments || segments.values[1] != "v1") return false;
  return segments.count == kRootSegments || (segments.count == kRootSegments + 1 && segments.values[kRootSegments].empty());
}

unsigned a2a_methods(const Segments& segments) {
  if (is_a2a_root(segments)) return bit(Method::post);
  if (segments.count < kRootSegments || segments.values[1] != "v1") return 0;
  unsigned bits = 0;
  for (const Found& one : operations_at(place_of(segments)).all)
    if (one.method != Method::none) bits |= bit(one.method);
  return bits;
}

std::string a2a_version_text(const RequestHead& head, std::string_view query) {
  const std::string_view named = head.header("A2A-Version");
  if (!named.empty() || query.find('2') == std::string_view::npos) return std::string(named);
  const auto pairs = split_query(query);
  if (!pairs) return {};
  for (const auto& [name, value] : *pairs)
    if (name == "A2A-Version" || name == "a2a-version") return value;
  return {};
}

Dialect rest_dialect(const Segments& segments, std::optional<Dialect> version) {
  const bool older = version ? *version != Dialect::v1 : place_of(segments).older;
  return older ? Dialect::v03_rest : Dialect::v1;
}

Outcome<A2aRequest> read_rest(const MountedCall& call, Dialect dialect) {
  const Place place = place_of(call.segments);
  A2aRequest request;
  request.dialect = dialect;
  const Method method = method_of(call.head.method);
  for (const Found& one : operations_at(place).all)
    if (one.method == method) request.operation = one.operation;
  if (method == Method::post && !is_blank(call.body)) {
    auto body = JsonDocument::parse(call.body);
    if (!body) return a2a::refuse(Fault::Kind::parse_error, "the body is no JSON: " + body.error().message());
    if (body->root().kind() != JsonKind::object) return a2a::refuse(Fault::Kind::invalid_params, "the body must be a JSON object");
    request.params.merge(body->root());
  } else if (auto good = take_query(call.query, request.params); !good) {
    return tl::unexpected(std::move(good.error()));
  }
  if (place.id.empty()) return request;
  if (place.below.empty()) {
    request.params.set_string("id", place.id);
    return request;
  }
  request.params.set_string("taskId", place.id);
  if (!place.config.empty()) request.params.set_string("id", place.config);
  return request;
}

}  // namespace facio::serve
