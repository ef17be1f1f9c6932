// Builds JSON text in the order of the calls.
#pragma once

#include <charconv>
#include <concepts>

#include "cli/core/json.hpp"

namespace facio {

class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name) {
    separate();
    append_json_string(text_, name);
    text_ += ':';
    fresh_ = true;
    return *this;
  }
  JsonWriter& value(std::string_view text) {
    separate();
    append_json_string(text_, text);
    return *this;
  }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool yes) { return raw(yes ? "true" : "false"); }
  template <class Number>
  requires std::integral<Number> || std::floating_point<Number> JsonWriter& value(Number number) {
    char buffer[32];
    return raw({buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr});
  }
  /// JSON text, written unchanged.
  JsonWriter& raw(std::string_view json) {
    separate();
    text_ += json;
    return *this;
  }

  template <class V>
  JsonWriter& member(std::string_view name, V value_of_member) {
    return key(name).value(value_of_member);
  }
  /// Writes nothing when `text` is empty.
  JsonWriter& member_if(std::string_view name, std::string_view text) { return text.empty() ? *this : member(name, text); }

  /// A member that is an array; `write` writes the value of one element.
  template <class Range, class Write>
  JsonWriter& array(std::string_view name, Range&& range, Write write) {
    key(name).begin_array();
    for (const auto& element : range) write(element);
    return end_array();
  }
  /// The same for those elements alone that are `wanted`.
  template <class Range, class Wanted, class Write>
  JsonWriter& array(std::string_view name, Range&& range, Wanted wanted, Write write) {
    return array(name, range, [&](const auto& element) {
      if (std::invoke(wanted, element)) write(element);
    });
  }
  /// A member that is an array of these values.
  template <class Range>
  JsonWriter& array(std::string_view name, Range&& range) {
    return array(name, range, [this](const auto& element) { value(element); });
  }

  std::string take() { return std::move(text_); }

 private:
  void separate() {
    if (!fresh_) text_ += ',';
    fresh_ = false;
  }
  JsonWriter& open(char bracket) {
    separate();
    text_ += bracket;
    fresh_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    text_ += bracket;
    fresh_ = false;
    return *this;
  }

  std::string text_;
  bool fresh_ = true;
};

}  // namespace facio
