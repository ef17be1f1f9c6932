#include "commands/facio/runtime/models/provider_failure.hpp"

#include <algorithm>
#include <vector>

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio::serve {
namespace {

using FailureKind = ProviderFailure::Kind;

constexpr std::size_t kLongestWords = 300;
constexpr std::size_t kMostJudged = 2000;  ///< bytes of the words that are searched
constexpr std::size_t kMostDetails = 8;

/// Names of members that hold words, the best first.
constexpr std::string_view kWordMembers[] = {"message",           "error_message", "detail", "details",
                                             "error_description", "msg",           "reason", "title"};

/// What says that a conversation is longer than the model reads: names of errors, and phrases of their words.
constexpr std::string_view kTooLongNames[] = {"context_length_exceeded",          "exceed_context_size_error", "context_window_exceeded",
                                              "model_max_prompt_tokens_exceeded", "string_above_max_length",   "request_too_large"};
constexpr std::string_view kTooLongPhrases[] = {
    "context size",
    "context length",
    "context window",
    "context limit",
    "prompt is too long",
    "prompt too long",
    "input is too long",
    "input too long",
    "prompt length",
    "input length should",
    "allowed input length",
    "input token count",
    "model token limit",
    "maximum model length",
    "max_seq_len",
    "max_model_len",
    "exceeds max length",
    "too large for model",
    "prompt token count",
    "reduce the length of the messages",
    "tokens in the messages",
    "conversation too long",
    "conversation is too long",
};
/// What those phrases need beside them, for a limit may be talked about without having been reached.
constexpr std::string_view kOverWords[] = {"exceed",  "too long",    "too large", "longer than", "greater than", "larger than",
                                           "maximum", "should be [", "overflow",  "reduce",      "over the",     "> "};

/// Names of errors that the same request meets again, whatever the status beside them.
constexpr std::string_view kLastingNames[] = {
    "insufficient_quota",   "billing_hard_limit_reached", "billing_not_active",       "billing_error",        "account_deactivated",
    "insufficient_balance", "payment_required",           "invalid_request_error",    "authentication_error", "invalid_api_key",
    "permission_error",     "permission_denied",          "not_found_error",          "model_not_found",      "unsupported_parameter",
    "unsupported_value",    "invalid_argument",           "content_policy_violation", "content_filter",       "invalid_parameter_error",
};
constexpr std::string_view kLastingPhrases[] = {"insufficient balance", "credit balance is too low", "insufficient credits",
                                                "insufficient_quota"};
/// Names of errors that pass, beside which a status may be missing or wrong.
constexpr std::string_view kPassingNames[] = {"rate_limit_error", "rate_limit_exceeded", "overloaded_error",
                                              "overloaded",       "server_error",        "api_error",
                                              "timeout",          "unavailable",         "resource_exhausted"};

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
template <class List>
bool names(const List& list, const ProviderFailure& failure) {
  return std::ranges::any_of(list, [&](std::string_view one) { return one == failure.code || one == failure.type; });
}
template <class List>
bool holds_any(const List& list, std::string_view text) {
  return std::ranges::any_of(list, [&](std::string_view one) { return holds(text, one); });
}

std::string one_line(std::string_view words) {
  std::string line = cut_text(trimmed(words), kLongestWords);
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return line;
}

/// The words in a value: a text, the member that holds one, or the first few of a list.
std::string words_in(JsonRef value, int levels = 4) {
  if (!value || levels == 0) return {};
  if (value.kind() == JsonKind::string) return value.string();
  std::string words;
  if (value.kind() == JsonKind::array)
    for (std::size_t i = 0; i < std::min(value.size(), kMostDetails); ++i)
      if (const std::string more = words_in(value.at(i), levels - 1); !more.empty()) words += (words.empty() ? "" : "; ") + more;
  if (value.kind() == JsonKind::object)
    for (const std::string_view name : kWordMembers)
      if (words.empty()) words = words_in(value.get(name), levels - 1);
  return words;
}

/// The number of a status, also where it is written as a text; 0 for anything else.
unsigned status_in(JsonRef value) {
  std::int64_t number = 0;
  if (value.is(JsonKind::integer)) number = value.integer();
  else (void)read_number(value.text(), number);
  return number >= 100 && number < 600 ? static_cast<unsigned>(number) : 0;
}

/// "18.5s", as {"retryDelay":…} among the details has it.
double delay_in(JsonRef details) {
  for (std::size_t i = 0; i < std::min(details.size(), kMostDetails); ++i) {
    std::string_view text = details.at(i).get("retryDelay").text();
    double seconds = 0;
    if (text.ends_with('s') && read_number(text.substr(0, text.size() - 1), seconds) && seconds > 0 && seconds < 1e6) return seconds;
  }
  return 0;
}

/// Whether a value says nothing: null, empty, false, 0, or made of such.
bool is_nothing(JsonRef value) {
  if (value.is_null()) return true;
  switch (value.kind()) {
    case JsonKind::object:
    case JsonKind::array:
      for (std::size_t i = 0; i < value.size(); ++i)
        if (!is_nothing(value.at(i))) return false;
      return true;
    case JsonKind::string: return is_blank(value.string());
    case JsonKind::boolean: return !value.boolean();
    case JsonKind::integer: return value.integer() == 0;
    default: return false;
  }
}

/// The failure that `error` describes; what it leaves out is looked for in the object around it.
ProviderFailure read_failure(JsonRef error, JsonRef around) {
  ProviderFailure failure;
  std::string words = words_in(error);
  if (words.empty()) words = words_in(around);
  // What a gateway passes on of the provider behind it says more than "Provider returned error".
  if (const JsonRef raw = error.get("metadata").get("raw"); !is_nothing(raw)) {
    const auto inner = raw.is(JsonKind::string) ? JsonDocument::parse(raw.string()) : Result<JsonDocument>(JsonDocument());
    const auto told = inner && inner->root().is(JsonKind::object) ? failure_in(inner->root()) : std::nullopt;
    const std::string more = told ? told->words : raw.is(JsonKind::string) ? raw.string() : words_in(raw);
    if (!more.empty() && !holds(words, more)) words += (words.empty() ? "" : ": ") + more;
  }
  failure.words = one_line(words);
  for (const JsonRef from : {error, around}) {
    if (failure.code.empty()) failure.code = lower(from.get("code").text());
    if (failure.type.empty()) failure.type = lower(from.get("type").is(JsonKind::string) ? from.get("type").text() : "");
    if (failure.type.empty() && from.get("status").is(JsonKind::string)) failure.type = lower(from.get("status").text());
    for (const std::string_view name : {"code", "status", "status_code", "http_code"})
      if (failure.status == 0) failure.status = status_in(from.get(name));
  }
  for (const JsonRef named : {error.get("param"), error.get("details").get("field"), around.get("param")})
    if (failure.parameter.empty()) failure.parameter = named.text();
  // {"detail":[{"loc":["body","stream"],"msg":…}]}
  for (const JsonRef place : {error.at(0).get("loc"), around.get("detail").at(0).get("loc")})
    if (failure.parameter.empty() && place.size() > 0) failure.parameter = place.at(place.size() - 1).text();
  failure.wait_s = delay_in(error.get("details"));
  return failure;
}

/// Whether an object without "error" and without an answer tells of a failure.
bool is_failure(JsonRef value) {
  if (value.get("choices") && !is_nothing(value.get("choices"))) return false;
  if (value.get("object").text() == "error" || value.get("type").text() == "error") return true;
  for (const std::string_view name : {"error_message", "detail", "details", "error_code", "errors"})
    if (!is_nothing(value.get(name))) return true;
  return !value.get("choices") && !is_nothing(value.get("message")) && !value.get("message").get("content");
}

/// Lower-case words of letters, digits and underscores.
std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  bool inside = false;
  for (const char c : text.substr(0, kMostJudged)) {
    const bool part = is_alphanumeric(c) || c == '_';
    if (part && !inside) tokens.emplace_back();
    if (part) tokens.back() += lower(c);
    inside = part;
  }
  return tokens;
}

constexpr std::string_view kRefusing[] = {"unsupported", "unknown", "unrecognized", "unrecognised", "unexpected", "invalid", "extra"};
constexpr std::string_view kTaking[] = {"support",  "supports", "supported", "allow",     "allowed",  "accept",
                                        "accepted", "permit",   "permitted", "available", "possible", "enabled"};
constexpr std::string_view kFiller[] = {"parameter", "parameters", "argument", "arguments", "value", "values", "field", "keyword",
                                        "request",   "supplied",   "input",    "inputs",    "the",   "a",      "is",    "are",
                                        "option",    "mode",       "true",     "body",      "using", "use",    "of",    "response",
                                        "got",       "an",         "being",    "to",        "this",  "your"};

template <class List>
bool among(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}
bool is_no(std::string_view word) { return word == "not" || word == "t" || word == "cannot" || word == "no" || word == "never"; }

/// Whether the words right before or after one place, fillers aside, say that what stands there is not taken.
bool is_refused_at(const std::vector<std::string>& tokens, std::size_t place) {
  std::size_t at = place;
  while (at > 0 && among(kFiller, tokens[at - 1])) --at;
  if (at > 0 && among(kRefusing, tokens[at - 1])) return true;
  if (at > 1 && among(kTaking, tokens[at - 1]) && (is_no(tokens[at - 2]) || (at > 2 && is_no(tokens[at - 3])))) return true;
  at = place + 1;
  while (at < tokens.size() && among(kFiller, tokens[at])) ++at;
  if (at >= tokens.size()) return false;
  if (among(kRefusing, tokens[at]) || tokens[at] == "disallowed") return true;
  const std::string_view next = at + 1 < tokens.size() ? std::string_view(tokens[at + 1]) : std::string_view{};
  if (tokens[at] == "must" && next == "be" && at + 2 < tokens.size()) return tokens[at + 2] == "false" || tokens[at + 2] == "removed";
  if (tokens[at] == "does" && at + 2 < tokens.size()) return is_no(next) && among(kTaking, tokens[at + 2]);
  return is_no(tokens[at]) && (among(kTaking, next) || (next == "yet" && at + 2 < tokens.size() && among(kTaking, tokens[at + 2])));
}

}  // namespace

std::optional<ProviderFailure> failure_in(JsonRef value) {
  if (value.is(JsonKind::array)) value = value.at(0);
  if (!value.is(JsonKind::object)) return std::nullopt;
  if (const JsonRef error = value.get("error"); !is_nothing(error)) return read_failure(error, value);
  if (const JsonRef error = value.get("choices").at(0).get("error"); !is_nothing(error)) return read_failure(error, value);
  if (const JsonRef result = value.get("base_resp");
      result.get("status_code").is(JsonKind::integer) && result.get("status_code").integer() != 0)
    return ProviderFailure{.words = one_line(result.get("status_msg").text())};
  if (!is_failure(value)) return std::nullopt;
  const JsonRef errors = value.get("errors");
  return read_failure(is_nothing(errors) ? value : errors, value);
}

ProviderFailure failure_of(std::string_view body, unsigned status) {
  ProviderFailure failure;
  if (const auto document = JsonDocument::parse_foreign(body)) {
    JsonRef root = document->root();
    if (root.is(JsonKind::array)) root = root.at(0);
    if (auto told = failure_in(root)) failure = std::move(*told);
    else if (root) failure = read_failure(root, root);
  } else if (body.size() <= kMostJudged && body.find('<') == std::string_view::npos) {
    failure.words = one_line(body);
  }
  if (failure.status == 0 || status >= 400) failure.status = status;
  return failure;
}

ProviderFailure::Kind kind_of(const ProviderFailure& failure) {
  const std::string words = lower(failure.words);
  const unsigned status = failure.status;
  const bool throttled = status == 429 || names(kPassingNames, failure);
  if (names(kTooLongNames, failure)) return FailureKind::too_long;
  if (!throttled && status < 500 && holds_any(kTooLongPhrases, words) && holds_any(kOverWords, words)) return FailureKind::too_long;
  if (status == 413) return FailureKind::too_long;
  if (names(kLastingNames, failure) || status == 402 || holds_any(kLastingPhrases, words))
    return status >= 500 && failure.type == "invalid_request_error" ? FailureKind::passing : FailureKind::lasting;
  if (status >= 400 && status < 500)
    return status == 408 || status == 409 || status == 425 || status == 429 ? FailureKind::passing : FailureKind::lasting;
  return status == 501 || status == 505 || (status >= 300 && status < 400) ? FailureKind::lasting : FailureKind::passing;
}

bool refuses(const ProviderFailure& failure, std::string_view parameter, std::string_view also) {
  if (failure.parameter == parameter || (!also.empty() && failure.parameter == also)) return true;
  const std::vector<std::string> tokens = tokens_of(failure.words);
  for (std::size_t i = 0; i < tokens.size(); ++i)
    if ((tokens[i] == parameter || (!also.empty() && tokens[i] == also)) && is_refused_at(tokens, i)) return true;
  return false;
}

}  // namespace facio::serve
