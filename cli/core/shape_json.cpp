#include "cli/core/shape_json.hpp"

namespace facio {
namespace {

tl::unexpected<Error> wrong(const std::string& path, std::string_view wanted) {
  return fail_field(Code::rejected, path, path + ": must be " + std::string(wanted));
}

}  // namespace

Status read_json(JsonRef from, std::string& to, const std::string& path) {
  if (!from.is(JsonKind::string)) return wrong(path, "a string");
  to = from.string();
  return {};
}

Status read_json(JsonRef from, Secret& to, const std::string& path) {
  if (!from.is(JsonKind::string)) return wrong(path, "a string");
  to = Secret(from.string());
  return {};
}

Status read_json(JsonRef from, bool& to, const std::string& path) {
  if (!from.is(JsonKind::boolean)) return wrong(path, "true or false");
  to = from.boolean();
  return {};
}

Status read_json(JsonRef from, double& to, const std::string& path) {
  if (!from || (from.kind() != JsonKind::number && from.kind() != JsonKind::integer)) return wrong(path, "a number");
  to = from.number();
  return {};
}

Status read_json(JsonRef from, std::int64_t& to, const std::string& path) {
  if (!from.is(JsonKind::integer)) return wrong(path, "a whole number");
  to = from.integer();
  return {};
}

Status read_json(JsonRef from, RawJson& to, const std::string&) {
  to.text = from ? from.dump() : "null";
  return {};
}

}  // namespace facio
