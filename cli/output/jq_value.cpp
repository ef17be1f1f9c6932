#include "cli/output/jq_value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"

namespace facio::output {
namespace {

constexpr double kPlainInteger = 1e15;  ///< below it jq prints every integer digit by digit

bool is_minus_zero(double number) { return number == 0 && std::signbit(number); }

class JqReader {
 public:
  JqReader(const JqLibrary& jq, std::string_view rest) : jq_(jq), rest_(rest) {}

  jv value() {
    skip();
    switch (json::kind_of(rest_)) {
      case json::Json::object: return object();
      case json::Json::array: return array();
      case json::Json::string: return string();
      case json::Json::boolean: return rest_.front() == 't' ? word(4, jq_.jv_true()) : word(5, jq_.jv_false());
      case json::Json::null: return word(4, jq_.jv_null());
      default: return number();
    }
  }

 private:
  /// Blanks, and the comma or colon among them.
  void skip() {
    std::size_t count = 0;
    while (is_blank(rest_[count]) || rest_[count] == ',' || rest_[count] == ':') ++count;
    rest_.remove_prefix(count);
  }
  bool ends_with(char close) {
    skip();
    if (rest_.front() != close) return false;
    rest_.remove_prefix(1);
    return true;
  }
  jv word(std::size_t length, jv value) {
    rest_.remove_prefix(length);
    return value;
  }
  jv object() {
    jv all = jq_.jv_object();
    for (rest_.remove_prefix(1); !ends_with('}');) {
      const jv name = string();
      all = jq_.jv_object_set(all, name, value());
    }
    return all;
  }
  jv array() {
    jv all = jq_.jv_array();
    for (rest_.remove_prefix(1); !ends_with(']');) all = jq_.jv_array_append(all, value());
    return all;
  }
  jv string() {
    const std::string_view quoted = json::leading_string(rest_);
    rest_.remove_prefix(quoted.size());
    const std::string_view text = quoted.substr(1, quoted.size() - 2);
    if (text.find('\\') == std::string_view::npos) return sized(text);
    return sized(json::unescaped(text, false));
  }
  jv sized(std::string_view text) { return jq_.jv_string_sized(text.data(), static_cast<int>(text.size())); }
  jv number() {
    double value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const std::string_view text = rest_.substr(0, static_cast<std::size_t>(end - rest_.data()));
    if (error != std::errc()) value = std::strtod(std::string(text).c_str(), nullptr);  // too large or too small: its nearest
    rest_.remove_prefix(text.size());
    return jq_.jv_number(value);
  }

  const JqLibrary& jq_;
  std::string_view rest_;
};

class JqWriter {
 public:
  JqWriter(const JqLibrary& jq, std::string& out, int indent) : jq_(jq), out_(out), indent_(static_cast<std::size_t>(indent)) {}

  void value(jv value, std::size_t level) {
    switch (jq_.jv_get_kind(value)) {
      case JV_KIND_OBJECT: return object(value, level);
      case JV_KIND_ARRAY: return array(value, level);
      case JV_KIND_STRING: return string(value);
      case JV_KIND_NUMBER:
        if (const double number = jq_.jv_number_value(value);
            std::abs(number) < kPlainInteger && number == static_cast<double>(static_cast<long long>(number)) && !is_minus_zero(number)) {
          out_ += std::to_string(static_cast<long long>(number));
          return jq_.jv_free(value);
        }
        return by_library(value);
      default: return by_library(value);
    }
  }

 private:
  void by_library(jv value) {
    const jv text = jq_.jv_dump_string(value, 0);
    out_ += jq_.jv_string_value(text);
    jq_.jv_free(text);
  }
  void line(std::size_t level) {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(level * indent_, ' ');
  }
  void array(jv all, std::size_t level) {
    out_ += '[';
    const int count = jq_.jv_array_length(jq_.jv_copy(all));
    for (int i = 0; i < count; ++i) {
      if (i > 0) out_ += ',';
      line(level + 1);
      value(jq_.jv_array_get(jq_.jv_copy(all), i), level + 1);
    }
    if (count > 0) line(level);
    out_ += ']';
    jq_.jv_free(all);
  }
  void object(jv all, std::size_t level) {
    out_ += '{';
    bool first = true;
    for (int at = jq_.jv_object_iter(all); jq_.jv_object_iter_valid(all, at) != 0; at = jq_.jv_object_iter_next(all, at)) {
      if (!first) out_ += ',';
      first = false;
      line(level + 1);
      string(jq_.jv_object_iter_key(all, at));
      out_ += indent_ == 0 ? ":" : ": ";
      value(jq_.jv_object_iter_value(all, at), level + 1);
    }
    if (!first) line(level);
    out_ += '}';
    jq_.jv_free(all);
  }
  /// As the library writes it: what JSON must escape, and DEL.
  void string(jv value) {
    const std::string_view text(jq_.jv_string_value(value), static_cast<std::size_t>(jq_.jv_string_length_bytes(jq_.jv_copy(value))));
    const auto plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != '\x7f'; };
    if (!std::ranges::all_of(text, plain)) return by_library(value);
    ((out_ += '"') += text) += '"';
    jq_.jv_free(value);
  }

  const JqLibrary& jq_;
  std::string& out_;
  std::size_t indent_;
};

}  // namespace

jv jq_value(const JqLibrary& jq, std::string_view json) { return JqReader(jq, json).value(); }

void append_jq_value(const JqLibrary& jq, std::string& out, jv value, int indent) { JqWriter(jq, out, indent).value(value, 0); }

}  // namespace facio::output
