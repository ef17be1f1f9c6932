#include "cli/output/template_functions.hpp"

#include <charconv>
#include <vector>

#include "cli/core/json.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/filter.hpp"
#include "cli/output/formats.hpp"

namespace facio::output {

using namespace json;

namespace {

using Arguments = std::span<const std::string_view>;

std::string rendered(std::string_view value) {
  std::string text;
  append_template_value(text, value);
  return text;
}

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string truth(bool value) { return value ? "true" : "false"; }

bool to_number(std::string_view value, double& number) {
  if (kind_of(value) != Json::number) return false;
  return std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc{};
}

std::size_t length_of(std::string_view value) {
  std::size_t count = 0;
  std::string_view name, inner;
  if (kind_of(value) == Json::string) {
    const std::string text = unescaped(value);
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  }
  for (json::Members members(value); members.next(name, inner);) ++count;
  for (Elements elements(value); elements.next(inner);) ++count;
  return count;
}

/// Less than, equal to or more than 0.
int order_of(std::string_view a, std::string_view b) {
  double x = 0, y = 0;
  if (to_number(a, x) && to_number(b, y)) return x < y ? -1 : x > y ? 1 : 0;
  const int order = rendered(a).compare(rendered(b));
  return order != 0 || kind_of(a) == kind_of(b) ? order : 1;
}

Result<std::string> element_at(Arguments arguments) {
  std::string_view value = arguments[0];
  for (const std::string_view key : arguments.subspan(1)) {
    if (kind_of(key) == Json::string) {
      value = member(value, unescaped(key));
    } else {
      double index = -1;
      (void)to_number(key, index);
      std::string_view element, found;
      double at = 0;
      for (Elements elements(value); elements.next(element); ++at)
        if (at == index) found = element;
      if (found.empty())
        return fail(Code::usage, "index " + std::string(key) + " is out of range: there are " + std::to_string(length_of(value)));
      value = found;
    }
    if (value.empty()) return std::string("null");
  }
  return std::string(value);
}

std::string joined(Arguments arguments) {
  const bool list_first = kind_of(arguments[0]) == Json::array;
  const std::string separator = rendered(arguments[list_first ? 1 : 0]);
  std::string text;
  std::string_view element;
  bool first = true;
  for (Elements elements(arguments[list_first ? 0 : 1]); elements.next(element); first = false) {
    if (!first) text += separator;
    append_template_value(text, element);
  }
  return quoted(text);
}

std::string plucked(std::string_view name, std::string_view list) {
  std::string json = "[";
  std::string_view element;
  for (Elements elements(list); elements.next(element);) {
    const std::string_view value = member(element, rendered(name));
    if (json.size() > 1) json += ',';
    json += value.empty() ? std::string_view("null") : value;
  }
  return json + "]";
}

/// Seconds or milliseconds since 1970, or a text of RFC 3339.
Result<std::int64_t> instant_of(std::string_view value) {
  double number = 0;
  if (to_number(value, number)) return static_cast<std::int64_t>(number >= 1e11 || number <= -1e11 ? number : number * 1000);
  auto instant = parse_rfc3339(rendered(value));
  if (!instant) return fail(Code::usage, instant.error().message());
  return instant;
}

Result<std::string> formatted(Arguments arguments) {
  const std::string form = rendered(arguments[0]);
  std::string text;
  std::size_t next = 1;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '%') {
      text += form[i];
      continue;
    }
    std::size_t end = i + 1;
    bool left = false;
    for (; end < form.size() && form[end] == '-'; ++end) left = true;
    std::size_t width = 0;
    for (; end < form.size() && form[end] >= '0' && form[end] <= '9' && width < 1000; ++end)
      width = width * 10 + static_cast<std::size_t>(form[end] - '0');
    const char kind = end < form.size() ? form[end] : '\0';
    i = end;
    if (kind == '%') {
      text += '%';
      continue;
    }
    if (std::string_view("svdqf").find(kind) == std::string_view::npos || kind == '\0')
      return fail(Code::usage, "printf knows %s, %v, %d, %q and %%");
    if (next >= arguments.size()) return fail(Code::usage, "printf has more places than values");
    std::string piece = kind == 'q' ? quoted(rendered(arguments[next])) : rendered(arguments[next]);
    ++next;
    const std::size_t length = length_of(quoted(piece));
    const std::string fill(length < width ? width - length : 0, ' ');
    text += left ? piece + fill : fill + piece;
  }
  return quoted(text);
}

std::string printed(Arguments arguments, bool line) {
  std::string text;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i != 0) text += ' ';
    append_template_value(text, arguments[i]);
  }
  if (line) text += '\n';
  return quoted(text);
}

std::string shortened_text(std::string_view most, std::string_view value) {
  double number = 0;
  const bool good = to_number(most, number) && number >= 1;
  const std::string text = rendered(good ? value : most);
  if (!good) (void)to_number(value, number);
  const auto limit = static_cast<std::size_t>(number < 1 ? 1 : number);
  if (length_of(quoted(text)) <= limit) return quoted(text);
  std::size_t at = 0;
  for (std::size_t count = 1; count < limit && at < text.size(); ++count) {
    std::uint32_t code = 0;
    const std::size_t size = decode_utf8(std::string_view(text).substr(at), code);
    at += size == 0 ? 1 : size;
  }
  return quoted(text.substr(0, at) + "…");
}

std::string changed_case(std::string_view value, bool upper) {
  std::string text = rendered(value);
  for (char& c : text) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return quoted(text);
}

std::string end_of(std::string_view list, bool last) {
  std::string_view element, found = "null";
  for (Elements elements(list); elements.next(element);) {
    found = element;
    if (!last) break;
  }
  return std::string(found);
}

/// How many arguments a function takes at least.
std::size_t least_arguments(std::string_view name) {
  constexpr std::string_view two[] = {"eq", "ne", "lt", "le", "gt", "ge", "join", "pluck", "truncate", "contains", "default", "index"};
  for (const std::string_view one : two)
    if (one == name) return 2;
  return name == "print" || name == "println" ? 0 : 1;
}

}  // namespace

void append_template_value(std::string& out, std::string_view value) {
  switch (kind_of(value)) {
    case Json::nothing:
    case Json::null: return;
    case Json::string: out += unescaped(value); return;
    case Json::object:
    case Json::array: append_compact(out, value); return;
    default: out += value;
  }
}

Result<std::string> call_template_function(std::string_view name, Arguments arguments, std::int64_t now_ms) {
  if (const std::size_t least = least_arguments(name); arguments.size() < least)
    return fail(Code::usage, std::string(name) + " needs " + (least == 1 ? "a value" : "two values"));
  const std::string_view first = arguments.empty() ? std::string_view{} : arguments.front();
  const std::string_view last = arguments.empty() ? std::string_view{} : arguments.back();
  if (name == "and" || name == "or") {
    std::string_view decided = first;
    for (const std::string_view value : arguments)
      if (decided = value; holds(value) == (name == "or")) break;
    return std::string(decided);
  }
  if (name == "not") return truth(!holds(first));
  if (name == "eq") {
    bool any = false;
    for (const std::string_view value : arguments.subspan(1)) any = any || order_of(first, value) == 0;
    return truth(any);
  }
  if (name == "ne") return truth(order_of(first, arguments[1]) != 0);
  if (name == "lt") return truth(order_of(first, arguments[1]) < 0);
  if (name == "le") return truth(order_of(first, arguments[1]) <= 0);
  if (name == "gt") return truth(order_of(first, arguments[1]) > 0);
  if (name == "ge") return truth(order_of(first, arguments[1]) >= 0);
  if (name == "len") return std::to_string(length_of(first));
  if (name == "index") return element_at(arguments);
  if (name == "join") return joined(arguments);
  if (name == "pluck") return plucked(first, last);
  if (name == "upper" || name == "lower") return changed_case(last, name == "upper");
  if (name == "truncate") return shortened_text(first, last);
  if (name == "contains") return truth(rendered(last).find(rendered(first)) != std::string::npos);
  if (name == "default") return std::string(holds(last) ? last : first);
  if (name == "first" || name == "last") return end_of(last, name == "last");
  if (name == "print" || name == "println") return printed(arguments, name == "println");
  if (name == "printf") return formatted(arguments);
  if (name == "json") {
    std::string text;
    append_compact(text, last.empty() ? std::string_view("null") : last);
    return quoted(text);
  }
  auto instant = kind_of(last) == Json::null ? Result<std::int64_t>(0) : instant_of(last);
  if (!instant) return fail(std::move(instant.error()));
  if (kind_of(last) == Json::null) return std::string("null");
  return quoted(name == "time" ? format_rfc3339(*instant, false) : format_relative(*instant, now_ms));
}

}  // namespace facio::output
