#include "cli/output/template_functions.hpp"

#include <algorithm>

#include "cli/core/decimal.hpp"
#include "cli/core/json.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/join.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/filter.hpp"
#include "cli/output/formats.hpp"

namespace facio::output {

using namespace json;

namespace {

using Call = TemplateCall;
using JsonText = Result<std::string>;

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string truth(bool value) { return value ? "true" : "false"; }

bool to_number(std::string_view value, double& number) { return kind_of(value) == Json::number && read_number(value, number); }

std::size_t length_of(std::string_view value) {
  std::size_t count = 0;
  if (kind_of(value) == Json::string) {
    const std::string text = unescaped(value);
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  }
  for ([[maybe_unused]] const auto& item : json::Members(value)) ++count;
  for ([[maybe_unused]] const auto& item : Elements(value)) ++count;
  return count;
}

/// How the first argument compares with another: less than, equal to or more than 0.
int order_of(std::string_view a, std::string_view b) {
  if (kind_of(a) == Json::number && kind_of(b) == Json::number) return compare_decimals(a, b);
  const int order = text_of(a).compare(text_of(b));
  return order != 0 || kind_of(a) == kind_of(b) ? order : 1;
}
int order(const Call& call) { return order_of(call.first(), call.arguments[1]); }

/// The value that decides: the first that is true for `or`, the first that is false for `and`, else the last.
JsonText deciding(const Call& call, bool truth_decides) {
  const auto found = std::ranges::find_if(call.arguments, [&](std::string_view value) { return holds(value) == truth_decides; });
  return std::string(found == call.arguments.end() ? call.last() : *found);
}

JsonText equals_any(const Call& call) {
  return truth(std::ranges::any_of(call.arguments.subspan(1), [&](std::string_view value) { return order_of(call.first(), value) == 0; }));
}

JsonText contains(const Call& call) { return truth(text_of(call.last()).find(text_of(call.first())) != std::string::npos); }

JsonText element_at(const Call& call) {
  std::string_view value = call.first();
  for (const std::string_view key : call.arguments.subspan(1)) {
    if (kind_of(key) == Json::string) {
      value = member(value, unescaped(key));
    } else {
      double index = -1;
      (void)to_number(key, index);
      std::string_view found;
      double at = 0;
      for (const std::string_view element : Elements(value))
        if (at++ == index) found = element;
      if (found.empty())
        return fail(Code::usage, "index " + std::string(key) + " is out of range: there are " + std::to_string(length_of(value)));
      value = found;
    }
    if (value.empty()) return "null";
  }
  return std::string(value);
}

/// The list and the separator may come in either order.
JsonText join(const Call& call) {
  const bool list_first = kind_of(call.first()) == Json::array;
  const std::string separator = text_of(call.arguments[list_first ? 1 : 0]);
  std::vector<std::string> texts;
  for (const std::string_view element : Elements(call.arguments[list_first ? 0 : 1])) texts.push_back(text_of(element));
  return quoted(joined(texts, separator));
}

/// The member with a name of every element.
JsonText pluck(const Call& call) {
  const std::string name = text_of(call.first());
  std::vector<std::string_view> values;
  for (const std::string_view element : Elements(call.last())) {
    const std::string_view value = member(element, name);
    values.push_back(value.empty() ? std::string_view("null") : value);
  }
  return "[" + joined(values, ",") + "]";
}

/// Seconds or milliseconds since 1970, or an RFC 3339 time.
Result<std::int64_t> instant_of(std::string_view value) {
  double number = 0;
  if (to_number(value, number)) return static_cast<std::int64_t>(number >= 1e11 || number <= -1e11 ? number : number * 1000);
  auto instant = parse_rfc3339(text_of(value));
  if (!instant) return fail(Code::usage, instant.error().message());
  return instant;
}

/// A time as `format` writes it; null stays null.
template <class Format>
JsonText time_text(const Call& call, Format format) {
  if (kind_of(call.last()) == Json::null) return "null";
  return instant_of(call.last()).map([&](std::int64_t ms) { return quoted(format(ms)); });
}

JsonText formatted(const Call& call) {
  const std::string form = text_of(call.first());
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
    for (; end < form.size() && is_digit(form[end]) && width < 1000; ++end) width = width * 10 + static_cast<std::size_t>(form[end] - '0');
    const char kind = end < form.size() ? form[end] : '\0';
    i = end;
    if (kind == '%') {
      text += '%';
      continue;
    }
    if (std::string_view("svdqf").find(kind) == std::string_view::npos || kind == '\0')
      return fail(Code::usage, "printf knows %s, %v, %d, %q and %%");
    if (next >= call.arguments.size()) return fail(Code::usage, "printf has more placeholders than values");
    std::string piece = text_of(call.arguments[next++]);
    if (kind == 'q') piece = quoted(piece);
    const std::size_t length = length_of(quoted(piece));
    const std::string fill(length < width ? width - length : 0, ' ');
    text += left ? piece + fill : fill + piece;
  }
  return quoted(text);
}

JsonText print(const Call& call, std::string_view end) {
  std::vector<std::string> texts;
  for (const std::string_view value : call.arguments) texts.push_back(text_of(value));
  return quoted(joined(texts, " ").append(end));
}

/// The limit and the text may come in either order.
JsonText truncate(const Call& call) {
  double number = 0;
  const bool limit_first = to_number(call.first(), number) && number >= 1;
  const std::string text = text_of(limit_first ? call.last() : call.first());
  if (!limit_first) (void)to_number(call.last(), number);
  const auto limit = static_cast<std::size_t>(number < 1 ? 1 : number);
  if (length_of(quoted(text)) <= limit) return quoted(text);
  std::size_t at = 0;
  for (std::size_t count = 1; count < limit && at < text.size(); ++count) {
    std::uint32_t code = 0;
    at += std::max<std::size_t>(decode_utf8(std::string_view(text).substr(at), code), 1);
  }
  return quoted(text.substr(0, at) + "…");
}

JsonText as_json(const Call& call) {
  std::string text;
  append_compact(text, call.last());
  return quoted(text);
}

JsonText first_element(const Call& call) {
  for (const std::string_view element : Elements(call.last())) return std::string(element);
  return "null";
}

JsonText last_element(const Call& call) {
  std::string_view found = "null";
  for (const std::string_view element : Elements(call.last())) found = element;
  return std::string(found);
}

constexpr TemplateFunction kFunctions[] = {
    {"and", 1, [](const Call& call) { return deciding(call, false); }},
    {"contains", 2, contains},
    {"default", 2, [](const Call& call) -> JsonText { return std::string(holds(call.last()) ? call.last() : call.first()); }},
    {"eq", 2, equals_any},
    {"first", 1, first_element},
    {"ge", 2, [](const Call& call) -> JsonText { return truth(order(call) >= 0); }},
    {"gt", 2, [](const Call& call) -> JsonText { return truth(order(call) > 0); }},
    {"index", 2, element_at},
    {"join", 2, join},
    {"json", 1, as_json},
    {"last", 1, last_element},
    {"le", 2, [](const Call& call) -> JsonText { return truth(order(call) <= 0); }},
    {"len", 1, [](const Call& call) -> JsonText { return std::to_string(length_of(call.first())); }},
    {"lower", 1, [](const Call& call) -> JsonText { return quoted(lower(text_of(call.last()))); }},
    {"lt", 2, [](const Call& call) -> JsonText { return truth(order(call) < 0); }},
    {"ne", 2, [](const Call& call) -> JsonText { return truth(order(call) != 0); }},
    {"not", 1, [](const Call& call) -> JsonText { return truth(!holds(call.first())); }},
    {"or", 1, [](const Call& call) { return deciding(call, true); }},
    {"pluck", 2, pluck},
    {"print", 0, [](const Call& call) { return print(call, ""); }},
    {"printf", 1, formatted},
    {"println", 0, [](const Call& call) { return print(call, "\n"); }},
    {"time", 1, [](const Call& call) { return time_text(call, [](std::int64_t ms) { return format_rfc3339(ms, false); }); }},
    {"timeago", 1, [](const Call& call) { return time_text(call, [&](std::int64_t ms) { return format_relative(ms, call.now_ms); }); }},
    {"truncate", 2, truncate},
    {"upper", 1, [](const Call& call) -> JsonText { return quoted(upper(text_of(call.last()))); }},
};

}  // namespace

std::span<const TemplateFunction> template_functions() { return kFunctions; }

}  // namespace facio::output
