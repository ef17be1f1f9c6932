#include "commands/librefang/client/dialect.hpp"

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"

namespace facio::librefang {
namespace {

constexpr std::string_view kReal = "real-";

/// "PascalCase" as "pascal_case".
std::string snake(std::string_view word) {
  std::string out;
  for (const char c : word) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper && !out.empty() && out.back() != '_') out += '_';
    out += lower(c);
  }
  return out;
}

/// The value of a query parameter as it was sent; empty when it is absent.
std::string_view in_query(std::string_view target, std::string_view name) {
  const auto mark = target.find('?');
  std::string_view query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  while (!query.empty())
    if (std::string_view pair = split_off(query, '&'); split_off(pair, '=') == name) return pair;
  return {};
}

std::uint64_t number_in_query(std::string_view target, std::string_view name) {
  return std::strtoull(std::string(in_query(target, name)).c_str(), nullptr, 10);
}

}  // namespace

Dialect::Dialect(std::string_view text, std::string_view id) {
  while (!text.empty()) {
    std::string_view line = split_off(text, '\n');
    if (!line.starts_with(id) || split_off(line, ' ') != id) continue;
    const std::string_view what = split_off(line, ' ');
    lines_.push_back({what, line});
  }
}

/// The words of every line of this kind.
template <class Use>
void Dialect::each(std::string_view what, Use use) const {
  for (const Line& line : lines_)
    if (line.what == what)
      for (std::string_view rest = line.arguments; !rest.empty();) use(split_off(rest, ' '));
}

std::string_view Dialect::first(std::string_view what) const {
  for (const Line& line : lines_)
    if (line.what == what) return line.arguments;
  return {};
}

bool Dialect::asks_for_version() const {
  for (const Line& line : lines_)
    if (line.what.starts_with(kReal)) return true;
  return false;
}

Result<Request> Dialect::sent(const Request& request, bool real) const {
  Request out = request;
  const std::string prefix(real ? kReal : std::string_view{});
  each(prefix + "query", [&](std::string_view text) {
    std::string pair(text);
    if (const auto other = text.find("=@"); other != std::string_view::npos) {
      const std::string_view value = in_query(request.target, text.substr(other + 2));
      if (value.empty()) return;
      pair.replace(other + 1, std::string::npos, value);
    }
    (out.target += out.target.find('?') == std::string::npos ? '?' : '&').append(pair);
  });
  const bool changes = !first(prefix + "send").empty() || !first(prefix + "const").empty() || !first(prefix + "drop").empty();
  if (!changes || !request.has_body) return out;
  auto body = JsonDocument::parse(request.body);
  if (!body) return fail(std::move(body.error()));
  each(prefix + "send", [&](std::string_view pair) {
    const std::string_view path = split_off(pair, '=');
    if (const JsonRef value = body->root().find(pair); value && !body->root().find(path)) (void)body->set_json(path, value.dump());
  });
  each(prefix + "const", [&](std::string_view pair) {
    const std::string_view path = split_off(pair, '=');
    if (!body->root().find(path)) body->set_string(path, pair);
  });
  each(prefix + "drop", [&](std::string_view field) { body->erase(field); });
  out.body = body->dump();
  return out;
}

std::optional<Request> Dialect::instead(const Request& request) const {
  std::string_view line = first("instead");
  if (line.empty()) return std::nullopt;
  Request out = request;
  out.method = split_off(line, ' ');
  const auto end = std::min(request.target.size(), request.target.find('?'));
  std::string_view declared = request.endpoint->path, actual = std::string_view(request.target).substr(0, end);
  std::vector<std::string_view> values;
  while (!declared.empty() && !actual.empty()) {
    const std::string_view segment = split_off(declared, '/'), value = split_off(actual, '/');
    if (segment.starts_with('{')) values.push_back(value);
  }
  std::string target;
  std::size_t next = 0;
  while (!line.empty()) {
    const std::string_view segment = split_off(line, '/');
    if (!segment.empty()) (target += '/').append(segment.starts_with('{') && next < values.size() ? values[next++] : segment);
  }
  out.target = target + request.target.substr(end);
  return out;
}

std::string Dialect::item(std::string_view text) const {
  auto parsed = JsonDocument::parse_foreign(text);
  if (!parsed) return std::string(text);
  if (const std::string_view field = first("names"); !field.empty() && parsed->root().is(JsonKind::string)) {
    auto object = JsonDocument::object();
    object.set(field, parsed->root());
    return object.dump();
  }
  if (!parsed->root().is(JsonKind::object)) return std::string(text);
  bool changed = false;
  each("read", [&](std::string_view pair) {
    const std::string_view field = split_off(pair, '=');
    if (!parsed->root().find(field).is_null()) return;
    const JsonRef value = parsed->root().find(pair);
    if (value.is_null()) return;
    const std::string copy = value.dump();
    parsed->erase(pair);
    changed = true;
    (void)parsed->set_json(field, copy);
  });
  each("case", [&](std::string_view field) {
    const std::string word = parsed->root().find(field).text();
    if (word.empty() || snake(word) == word) return;
    parsed->set_string(field, snake(word));
    changed = true;
  });
  return changed ? parsed->dump() : std::string(text);
}

/// The member of an object that has the items; empty when it has none.
std::string_view Dialect::items_of(const Endpoint& endpoint, JsonRef root) const {
  if (root.get(endpoint.items)) return endpoint.items;
  std::string_view found;
  each("items", [&](std::string_view name) {
    if (found.empty() && root.get(name)) found = name;
  });
  return found;
}

std::string Dialect::list(const Request& request, JsonRef root) const {
  const Endpoint& endpoint = *request.endpoint;
  const std::string_view member = items_of(endpoint, root);
  const JsonRef array = root.is(JsonKind::array) ? root : root.get(member);
  std::string out = "{\"" + std::string(endpoint.items) + "\":[";
  std::string_view pairs = first("pairs");
  const std::string key(split_off(pairs, ' '));
  const bool is_map = !key.empty() && array.is(JsonKind::object);
  for (std::size_t at = 0; at < array.size(); ++at) {
    if (at > 0) out += ',';
    if (is_map) {
      auto pair = JsonDocument::object();
      pair.set_string(key, array.name_at(at));
      pair.set(pairs, array.at(at));
      out += item(pair.dump());
    } else {
      out += item(array.at(at).dump());
    }
  }
  out += ']';
  const bool is_object = root.is(JsonKind::object);
  for (std::size_t at = 0; is_object && at < root.size(); ++at) {
    if (root.name_at(at) == member || root.name_at(at) == "hasMore") continue;
    out += ',';
    append_json_string(out, root.name_at(at));
    out += ':' + root.at(at).dump();
  }
  if (endpoint.paged) {
    const JsonRef total = root.get("total");
    const std::uint64_t until = number_in_query(request.target, "offset") + array.size();
    const bool more =
        is_object && total.is(JsonKind::integer) && total.integer() > 0 && until < static_cast<std::uint64_t>(total.integer());
    out += more ? ",\"hasMore\":true" : ",\"hasMore\":false";
  }
  return out + '}';
}

std::string Dialect::understood(const Request& request, const std::string& body) const {
  const Endpoint& endpoint = *request.endpoint;
  if (endpoint.form == ReplyForm::text || body.empty()) return body;
  auto root = JsonDocument::parse_foreign(body);
  if (!root) return body;
  if (endpoint.form == ReplyForm::list) return list(request, root->root());
  return lines_.empty() ? body : item(body);
}

}  // namespace facio::librefang
