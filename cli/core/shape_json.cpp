#include "cli/core/shape_json.hpp"

namespace facio {
Status read_json(JsonRef from, std::string& to, const std::string& path) {
  if (!from.is(JsonKind::string)) return reject_field(path, "must be a string");
  to = from.string();
  return {};
}

Status read_json(JsonRef from, Secret& to, const std::string& path) {
  if (!from.is(JsonKind::string)) return reject_field(path, "must be a string");
  to = Secret(from.string());
  return {};
}

Status read_json(JsonRef from, bool& to, const std::string& path) {
  if (!from.is(JsonKind::boolean)) return reject_field(path, "must be true or false");
  to = from.boolean();
  return {};
}

Status read_json(JsonRef from, double& to, const std::string& path) {
  if (!from || (from.kind() != JsonKind::number && from.kind() != JsonKind::integer)) return reject_field(path, "must be a number");
  to = from.number();
  return {};
}

Status read_json(JsonRef from, std::int64_t& to, const std::string& path) {
  // 60.0 is a whole number, too; beyond 2^53 a fraction may have been lost.
  constexpr double kExact = 9007199254740992;
  if (from.is(JsonKind::number) && from.number() >= -kExact && from.number() <= kExact) {
    to = static_cast<std::int64_t>(from.number());
    if (static_cast<double>(to) == from.number()) return {};
  }
  if (!from.is(JsonKind::integer)) return reject_field(path, "must be a whole number");
  to = from.integer();
  return {};
}

Status read_json(JsonRef from, RawJson& to, const std::string&) {
  to.text = from ? from.dump() : "null";
  return {};
}

}  // namespace facio
