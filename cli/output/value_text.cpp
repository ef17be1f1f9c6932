#include "cli/output/value_text.hpp"

#include <cmath>
#include <cstdio>
#include <ctime>

#include "cli/core/json_scan.hpp"
#include "cli/core/secret.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::output {

using namespace json;

namespace {

constexpr std::int64_t kLastMs = 253402300799999;  // the end of the year 9999

/// `text` times `scale` as an integer, for values that may have a fraction.
bool to_scaled(std::string_view text, double scale, std::int64_t& value) {
  double number = 0;
  if (!read_number(text, number) || std::abs(number * scale) > 9e15) return false;
  value = std::llround(number * scale);
  return true;
}

void append_local(std::string& out, std::int64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms >= 0 ? ms / 1000 : (ms - 999) / 1000);
  std::tm parts{};
  char text[64];
  if (::localtime_r(&seconds, &parts) == nullptr) return;
  out.append(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &parts));
}

void append_time(std::string& out, std::int64_t ms, const OutputOptions& options) {
  TimeStyle style = options.time;
  if (style == TimeStyle::automatic) style = options.terminal ? TimeStyle::relative : TimeStyle::utc;
  switch (style) {
    case TimeStyle::relative: out += format_relative(ms, options.now_ms); return;
    case TimeStyle::local: append_local(out, ms); return;
    case TimeStyle::unix_: out += std::to_string(ms / 1000); return;
    case TimeStyle::both: out += format_rfc3339(ms, false) + " (" + format_relative(ms, options.now_ms) + ")"; return;
    default: out += format_rfc3339(ms, false); return;  // to the second; the machine formats have it all
  }
}

void append_size(std::string& out, std::int64_t bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; std::abs(value) >= 1023.95 && unit + 1 < std::size(units); ++unit) value /= 1024;
  char text[48];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  out += text;
}

/// False when the format does not apply to this number.
bool append_number(std::string& out, std::string_view raw, Format format, const OutputOptions& options) {
  std::int64_t value = 0;
  switch (format) {
    case Format::epoch_ms:
    case Format::epoch_s:
      if (format == Format::epoch_ms ? !read_number(raw, value) : !to_scaled(raw, 1000, value)) return false;
      if (std::abs(value) > kLastMs) return false;
      append_time(out, value, options);
      return true;
    case Format::milliseconds:
    case Format::seconds:
    case Format::hours:
      if (options.raw_units) return false;
      if (!to_scaled(raw, format == Format::milliseconds ? 1 : format == Format::seconds ? 1e3 : 3.6e6, value)) return false;
      // Fractions of a second come from measurement; after whole seconds they are noise.
      if (format == Format::seconds && value >= 1000) value -= value % 1000;
      out += value == 0 ? "0s" : format_duration(value);
      return true;
    case Format::bytes:
      if (options.raw_units || !read_number(raw, value)) return false;
      append_size(out, value);
      return true;
    default: return false;
  }
}

void append_string(std::string& out, std::string_view value, const Meaning& meaning, const OutputOptions& options) {
  const bool secret = meaning.attr != nullptr && meaning.attr->secret;
  if (value.size() == 2 || secret) {
    out += value.size() == 2 ? "\"\"" : kMask;
    return;
  }
  const bool plain = value.find('\\') == std::string_view::npos;
  const std::string decoded = plain ? std::string() : unescaped(value);
  const std::string_view text = plain ? value.substr(1, value.size() - 2) : std::string_view(decoded);
  if (meaning.format() == Format::time)
    if (const auto ms = parse_rfc3339(text)) return append_time(out, *ms, options);
  append_printable(out, text);
}

/// A configured duration without rounding: "1h2m" only when it is exactly that.
void append_exact(std::string& out, std::int64_t ms) {
  const std::string rounded = format_duration(ms);
  if (const auto again = parse_duration(rounded); again && *again == ms) out += rounded;
  else if (ms % 1000 == 0) out += std::to_string(ms / 1000) + "s";
  else out += std::to_string(ms) + "ms";
}

/// "cron 0 7 * * 1-5 Europe/Berlin": the kind, then the values of all other members that are set.
void append_tagged(std::string& out, std::string_view object, const Shape& shape, OutputOptions options) {
  // "at in 2h" would read badly: inside a phrase times are absolute.
  if (options.time != TimeStyle::local && options.time != TimeStyle::unix_) options.time = TimeStyle::utc;
  append_value(out, member(object, "kind"), {}, options);
  for (const Field& field : shape.fields) {
    const std::string_view value = field.name == "kind" ? std::string_view{} : member(object, field.name);
    if (kind_of(value) == Json::nothing || kind_of(value) == Json::null) continue;
    out += ' ';
    std::int64_t ms = 0;
    if (field.attr.format == Format::milliseconds && read_number(value, ms)) append_exact(out, ms);
    else append_value(out, value, meaning_of(&field), options);
  }
}

void append_object(std::string& out, std::string_view object, const Meaning& meaning, const OutputOptions& options) {
  const Shape* shape = meaning.shape();
  if (is_tagged(shape) && !member(object, "kind").empty()) return append_tagged(out, object, *shape, options);
  const Type* element = meaning.type != nullptr && meaning.type->kind == Kind::map ? meaning.type->element : nullptr;
  bool first = true;
  for (const auto& [name, value] : json::Members(object)) {
    if (!std::exchange(first, false)) out += ',';
    append_printable(out, unescaped(name, false));
    out += '=';
    append_value(out, value, shape != nullptr ? meaning_of(shape->find(unescaped(name, false))) : Meaning{element, nullptr}, options);
  }
  if (first) out += '-';
}

}  // namespace

bool is_tagged(const Shape* shape) {
  const Field* kind = shape == nullptr ? nullptr : shape->find("kind");
  return kind != nullptr && !kind->attr.choices.empty();
}

void append_value(std::string& out, std::string_view value, Meaning meaning, const OutputOptions& options) {
  switch (kind_of(value)) {
    case Json::nothing:
    case Json::null: out += '-'; return;
    case Json::boolean: out += value; return;
    case Json::number:
      if (!append_number(out, value, meaning.format(), options)) out += value;
      return;
    case Json::string: append_string(out, value, meaning, options); return;
    case Json::object: append_object(out, value, meaning, options); return;
    case Json::array: break;
  }
  bool first = true;
  for (const std::string_view element : Elements(value)) {
    if (!std::exchange(first, false)) out += ',';
    append_value(out, element, {meaning.type == nullptr ? nullptr : meaning.type->element, meaning.attr}, options);
  }
  if (first) out += '-';
}

}  // namespace facio::output
