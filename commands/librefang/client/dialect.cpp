#include "commands/librefang/client/dialect.hpp"

#include "cli/catalogue/catalogue.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/json.hpp"
#include "cli/core/text.hpp"
#include "cli/http/query.hpp"

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

std::uint64_t number_in_query(std::string_view target, std::string_view name) {
  std::uint64_t number = 0;
  return read_number(http::in_query(target, name).value_or(std::string_view{}), number) ? number : 0;
}

/// A name of letters, digits, blanks, - and _, made of the first words of a text.
std::string title_of(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string out;
  for (const char c : text) {
    const bool is_kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_';
    if (is_kept) out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  if (out.size() > kLongest) {
    const auto blank = out.rfind(' ', kLongest);
    out.resize(blank == std::string::npos ? kLongest : blank);
  }
  while (out.ends_with(' ')) out.pop_back();
  return out.empty() ? "job" : out;
}

}  // namespace

std::vector<std::string_view> path_values(const Request& request) {
  std::string_view declared = request.endpoint->path;
  std::string_view actual = std::string_view(request.target).substr(0, request.target.find('?'));
  std::vector<std::string_view> values;
  while (!declared.empty() && !actual.empty()) {
    const std::string_view segment = split_off(declared, '/'), value = split_off(actual, '/');
    if (segment.starts_with('{')) values.push_back(value);
  }
  return values;
}

std::string filled(std::string_view path, const Request& request, std::string_view answer) {
  const std::vector<std::string_view> values = path_values(request);
  std::string out;
  std::size_t next = 0;
  while (!path.empty()) {
    const std::string_view segment = split_off(path, '/');
    if (segment.empty()) continue;
    out += '/';
    if (!segment.starts_with('{')) {
      out += segment;
    } else if (next < values.size()) {
      out += values[next++];
    } else if (const auto body = JsonDocument::parse_foreign(answer)) {
      out += percent_encode(body->root().find(segment.substr(1, segment.size() - 2)).text());
    }
  }
  return out;
}

Dialect::Dialect(std::string_view text, std::string_view id) {
  while (!text.empty()) {
    std::string_view line = split_off(text, '\n');
    if (!line.starts_with(id) || split_off(line, ' ') != id) continue;
    const std::string_view what = split_off(line, ' ');
    lines_.push_back({what, line});
  }
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

bool Dialect::changes_body(const std::string& prefix) const {
  return std::ranges::any_of(lines_, [&](const Line& line) {
    if (!line.what.starts_with(prefix)) return false;
    const std::string_view what = line.what.substr(prefix.size());
    for (std::string_view known = "send const drop when title word empty move self"; !known.empty();)
      if (what == split_off(known, ' ')) return true;
    return false;
  });
}

Result<Request> Dialect::sent(const Request& request, bool real) const {
  Request out = request;
  const std::string prefix(real ? kReal : std::string_view{});
  each(prefix + "query", [&](std::string_view text) {
    if (http::in_query(out.target, text.substr(0, text.find('=')))) return;
    std::string pair(text);
    if (const auto other = text.find("=@"); other != std::string_view::npos) {
      const std::string_view value = http::in_query(request.target, text.substr(other + 2)).value_or(std::string_view{});
      if (value.empty()) return;
      pair.replace(other + 1, std::string::npos, value);
    }
    (out.target += out.target.find('?') == std::string::npos ? '?' : '&').append(pair);
  });
  if (!first(prefix + "slashes").empty())
    for (auto at = out.target.find("%2F"); at != std::string::npos; at = out.target.find("%2F", at)) out.target.replace(at, 3, "/");
  if (!request.has_body || !changes_body(prefix)) return out;
  auto body = JsonDocument::parse(request.body);
  if (!body) return fail(std::move(body.error()));
  const auto set = [&](std::string_view path, std::string_view word) {
    if (!body->root().find(path)) body->set_string(path, word);
  };
  each(prefix + "move", [&](std::string_view pair) {
    const std::string_view path = split_off(pair, '=');
    const JsonRef value = body->root().find(pair);
    const std::string copy = value.dump();
    if (!value) return;
    body->erase(pair);
    (void)body->set_json(path, copy);
  });
  each(prefix + "self", [&](std::string_view field) {
    if (const auto values = path_values(request); !values.empty()) set(field, percent_decode(values.front(), false).value_or(""));
  });
  each(prefix + "send", [&](std::string_view pair) {
    const std::string_view path = split_off(pair, '=');
    if (const JsonRef value = body->root().find(pair); value && !body->root().find(path)) (void)body->set_json(path, value.dump());
  });
  for (const Line& line : lines_) {
    std::string_view rest = line.arguments;
    if (line.what != prefix + "when" || !body->root().find(split_off(rest, ' '))) continue;
    for (std::string_view pair; !rest.empty(); set(split_off(pair, '='), pair)) pair = split_off(rest, ' ');
  }
  each(prefix + "const", [&](std::string_view pair) { set(split_off(pair, '='), pair); });
  each(prefix + "empty", [&](std::string_view field) {
    if (!body->root().find(field)) (void)body->set_json(field, "[]");
  });
  each(prefix + "title", [&](std::string_view pair) {
    const std::string_view path = split_off(pair, '=');
    set(path, title_of(body->root().find(pair).text()));
  });
  each(prefix + "word", [&](std::string_view field) {
    const JsonRef value = body->root().find(field);
    if (value.is(JsonKind::object) && value.size() == 1 && value.at(0).is(JsonKind::object) && value.at(0).size() == 0)
      body->set_string(field, std::string(value.name_at(0)));
  });
  each(prefix + "drop", [&](std::string_view field) { body->erase(field); });
  out.body = body->dump();
  return out;
}

std::optional<Request> Dialect::instead(const Request& request, bool real) const {
  std::string_view line = first(real ? "real-instead" : "instead");
  if (line.empty()) return std::nullopt;
  Request out = request;
  out.method = split_off(line, ' ');
  out.target = filled(line, request) + request.target.substr(std::min(request.target.size(), request.target.find('?')));
  if (first("takes").empty() || !request.has_body) return out;
  const auto from = JsonDocument::parse(request.body);
  auto body = JsonDocument::object();
  each("takes", [&](std::string_view pair) {
    const std::string_view path = split_off(pair, '=');
    if (const JsonRef value = from ? from->root().find(pair) : JsonRef()) body.set(path, value);
  });
  out.body = body.dump();
  return out;
}

/// Objects in the place of a text, and words within lists.
bool Dialect::unfold(JsonDocument& item) const {
  bool changed = false;
  const auto replace = [&](std::string_view pair, bool keep) {
    const std::string_view field = split_off(pair, '=');
    const JsonRef inner = item.root().get(field);
    if (!inner.is(JsonKind::object) || !inner.get(pair)) return;
    auto members = JsonDocument::object();
    members.merge(inner);
    const std::string word = inner.get(pair).dump();
    members.erase(pair);
    if (keep)
      for (std::size_t at = 0; at < members.root().size(); ++at) {
        const std::string name(members.root().name_at(at));
        if (!item.root().get(name)) item.set(name, members.root().at(at));
      }
    (void)item.set_json(field, word);
    changed = true;
  };
  each("flat", [&](std::string_view pair) { replace(pair, true); });
  each("pick", [&](std::string_view pair) { replace(pair, false); });
  each("cases", [&](std::string_view pair) {
    const std::string_view name = split_off(pair, '=');
    const JsonRef list = item.root().get(name);
    std::string out = "[";
    for (std::size_t at = 0; at < list.size(); ++at) {
      auto object = JsonDocument::object();
      object.merge(list.at(at));
      if (const std::string word = object.root().get(pair).text(); !word.empty()) object.set_string(pair, snake(word));
      out += (at == 0 ? "" : ",") + object.dump();
    }
    if (!list.is(JsonKind::array)) return;
    (void)item.set_json(name, out + "]");
    changed = true;
  });
  return changed;
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
  each("lift", [&](std::string_view field) {
    const JsonRef inner = parsed->root().find(field);
    if (!inner.is(JsonKind::object)) return;
    auto flat = JsonDocument::object();
    flat.merge(inner);
    parsed->erase(field);
    flat.merge(parsed->root());
    *parsed = std::move(flat);
    changed = true;
  });
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
  each("copy", [&](std::string_view pair) {
    const std::string_view field = split_off(pair, '=');
    const JsonRef value = parsed->root().find(pair);
    if (value.is_null() || !parsed->root().find(field).is_null()) return;
    changed = true;
    (void)parsed->set_json(field, value.dump());
  });
  if (unfold(*parsed)) changed = true;
  each("case", [&](std::string_view field) {
    if (const JsonRef only = parsed->root().find(field); only.is(JsonKind::object) && only.size() == 1) {
      const std::string name(only.name_at(0)), rest = only.at(0).dump();
      parsed->set_string(field, name);
      (void)parsed->set_json(std::string(field) + "_detail", rest);
      changed = true;
    }
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

std::string Dialect::item_of_list(const Endpoint& endpoint, JsonRef root, JsonRef value) const {
  std::string text = item(value.dump());
  if (first("beside").empty()) return text;
  auto parsed = JsonDocument::parse_foreign(text);
  if (!parsed) return text;
  each("beside", [&](std::string_view pair) {
    const std::string_view field = split_off(pair, '=');
    const JsonRef found = root.get(pair).get(parsed->root().get(endpoint.key).text());
    if (parsed->root().get(field).is_null() && found) parsed->set(field, found);
  });
  return parsed->dump();
}

std::string Dialect::list(const Request& request, JsonRef root) const {
  const Endpoint& endpoint = *request.endpoint;
  const std::string_view member = items_of(endpoint, root);
  const JsonRef array = root.is(JsonKind::array) ? root : root.get(member);
  // What is no list is left as it is, and then refused.
  if (!array.is(JsonKind::array) && (first("pairs").empty() || !array.is(JsonKind::object))) return root.dump();
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
      out += item_of_list(endpoint, root, array.at(at));
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
