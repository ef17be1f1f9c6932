#include "commands/serve/http/target.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"

namespace facio::serve {

std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view taken = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(taken.size() + 1, text.size()));
  return taken;
}

Result<Target> split_target(std::string_view target) {
  if (target.find('#') != std::string_view::npos) return fail(Code::rejected, "a request address cannot contain a #");
  Target parts;
  for (const std::string_view scheme : {"http://", "https://"}) {  // the form for proxies, which servers must accept too
    if (!starts_with_ignoring_case(target, scheme)) continue;
    target.remove_prefix(scheme.size());
    parts.authority = target.substr(0, target.find_first_of("/?"));
    if (parts.authority.empty()) return fail(Code::rejected, "the address has no host");
    target.remove_prefix(parts.authority.size());
    break;
  }
  parts.path = take_until(target, '?');
  parts.query = target;
  if (parts.path.empty() && !parts.authority.empty()) parts.path = "/";
  return parts;
}

Status split_path(std::string_view path, Segments& segments) {
  segments.count = 0;
  if (path.empty() || path.front() != '/') return fail(Code::rejected, "the address must start with /");
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    const std::string_view piece = path.substr(0, slash);
    if (segments.count == Segments::kMost) return fail(Code::not_found, "no such route");
    std::string& value = segments.values[segments.count];
    if (std::ranges::all_of(piece, [](char c) { return c != '%' && static_cast<unsigned char>(c) < 0x80; })) {
      value.assign(piece);
    } else {
      auto decoded = percent_decode(piece, false);
      if (!decoded) return fail(std::move(decoded.error()));
      value = std::move(*decoded);
    }
    if (value == "." || value == "..") return fail(Code::rejected, "an address cannot contain a segment \"" + value + "\"");
    ++segments.count;
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
}

Result<Query> split_query(std::string_view query) {
  Query found;
  while (!query.empty()) {
    std::string_view pair = take_until(query, '&');
    if (pair.empty()) continue;
    auto name = percent_decode(take_until(pair, '='), true);
    if (!name) return fail(std::move(name.error()));
    auto value = percent_decode(pair, true);
    if (!value) return fail(std::move(value.error()));
    found.emplace_back(std::move(*name), std::move(*value));
  }
  return found;
}

}  // namespace facio::serve
