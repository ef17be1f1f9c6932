// Small languages: JSON, times, cron expressions, patterns, conditions, paths and templates.
#include "cli/core/cron_expression.hpp"
#include "cli/core/glob.hpp"
#include "cli/core/json.hpp"
#include "cli/core/json_scan.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/regex.hpp"
#include "cli/core/time.hpp"
#include "cli/core/typed_time.hpp"
#include "cli/core/utf8.hpp"
#include "cli/output/expressions.hpp"
#include "commands/facio/cron/server/schedule.hpp"
#include "commands/serve/http/target.hpp"
#include "tests/fuzz/target.hpp"

namespace facio::fuzz {
namespace {

constexpr std::int64_t kNow = 1780272000000;  ///< 2026-06-01T00:00:00Z

void walk(std::string_view value, int depth) {
  require(depth <= 65, "checked JSON is at most 64 levels deep");
  std::string_view name, inner;
  switch (json::kind_of(value)) {
    case json::Json::object:
      for (json::Members members(value); members.next(name, inner);) {
        (void)json::unescaped(name, false);
        walk(inner, depth + 1);
      }
      break;
    case json::Json::array:
      for (json::Elements elements(value); elements.next(inner);) walk(inner, depth + 1);
      break;
    case json::Json::string: require(is_utf8(json::unescaped(value)), "the text of a checked string is UTF-8"); break;
    default: break;
  }
}

void take_json(std::string_view bytes) {
  const bool checked = json::check_json(bytes).has_value();
  if (checked) walk(bytes, 0);
  const auto document = JsonDocument::parse(bytes);
  if (!document) return;
  require(checked, "what makes a tree is JSON for the scanner, too");
  const std::string text = document->dump();
  const auto again = JsonDocument::parse(text);
  require(again && again->dump() == text, "what is written is read back the same");
}

void take_address(std::string_view bytes) {
  const auto target = serve::split_target(bytes).value_or(serve::Target{});
  serve::Segments segments;
  if (serve::split_path(target.path, segments))
    for (std::size_t i = 0; i < segments.count; ++i)
      require(segments.values[i] != "." && segments.values[i] != "..", "no segment leads elsewhere");
  if (const auto values = serve::split_query(target.query))
    for (const auto& [name, value] : *values) require(is_utf8(name) && is_utf8(value), "decoded text is UTF-8");
  const auto decoded = percent_decode(percent_encode(bytes), false);
  require(!decoded || *decoded == bytes, "decoding undoes encoding");
}

/// A zone, an instant, an expression; on lines of their own.
void take_cron(std::string_view bytes) {
  const std::string_view zone = take_line(bytes), when = take_line(bytes);
  const auto instant = parse_rfc3339(when);
  const auto expression = parse_cron_expression(bytes);
  if (!expression) return;
  const std::int64_t after = instant ? *instant : kNow;
  const auto next = serve::next_fire(*expression, zone, after);
  if (next && *next) require(**next > after, "the next run is later");
}

void take_time(std::string_view bytes) {
  (void)parse_typed_time(bytes, {.now_ms = kNow});
  if (const auto day = parse_date(bytes)) require(format_date(*day) == bytes, "a date is written as it was read");
  if (const auto instant = parse_rfc3339(bytes)) {
    const auto again = parse_rfc3339(format_rfc3339(*instant));
    require(again && *again == *instant, "an instant is written as it was read");
  }
  if (const auto span = parse_duration(bytes)) (void)format_duration(*span);
}

/// A pattern, then what it is laid on.
void take_pattern(std::string_view bytes) {
  const std::string_view pattern = take_line(bytes);
  (void)fits_glob(bytes, pattern);
  (void)fits_glob(bytes, pattern, {.question = true, .brackets = true, .any_case = true});
  (void)path_fits_glob(bytes, pattern);
  if (const auto regex = Regex::compile(pattern)) (void)regex->found_in(bytes);
}

void take_printable(std::string_view bytes) {
  const std::string shown = printable(bytes);
  for (std::size_t at = 0; at < shown.size();) {
    std::uint32_t code = 0;
    const std::size_t length = decode_utf8(std::string_view(shown).substr(at), code);
    require(length != 0, "what is shown is UTF-8");
    require(!is_dangerous(code), "what is shown cannot steer a terminal");
    at += length;
  }
  require(printable(shown) == shown || bytes.find('\\') != std::string_view::npos, "what is safe is left alone");
  (void)cut_text(bytes, 16);
}

/// A jsonpath, a template or a path of jq, then JSON.
void take_path(std::string_view bytes) {
  const std::string_view path = take_line(bytes);
  const bool readable = output::check_jsonpath(path).has_value();
  const bool fills = output::check_template(path).has_value();
  if (!json::check_json(bytes)) return;
  std::string out;
  if (fills) (void)output::run_template(path, bytes, kNow, out);
  out.clear();
  const bool ran = output::run_jsonpath(path, bytes, out).has_value();
  require(readable || !ran, "a path that cannot be read cannot be run");
  require(ran || out.empty(), "a path that fails prints nothing");
  out.clear();
  if (output::is_path_query(path)) (void)output::run_path_query(path, bytes, output::QueryForm::pretty, out);
}

constexpr Target kText[] = {{"json", take_json},       {"address", take_address},     {"cron", take_cron}, {"time", take_time},
                            {"pattern", take_pattern}, {"printable", take_printable}, {"path", take_path}};

}  // namespace

std::span<const Target> text_targets() { return kText; }

}  // namespace facio::fuzz
