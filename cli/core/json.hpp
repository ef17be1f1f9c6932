// JSON as data: a document that owns a tree, and a light handle on one value in it. Only json.cpp knows the library behind it.
#pragma once

#include <optional>

#include "cli/core/result.hpp"

namespace facio {

enum class JsonKind : std::uint8_t { null, boolean, integer, number, string, array, object };

/// A value inside a JsonDocument, or no value at all. Valid as long as the document is unchanged.
class JsonRef {
 public:
  JsonRef() = default;
  explicit JsonRef(const void* node) : node_(node) {}

  /// Whether there is a value.
  explicit operator bool() const { return node_ != nullptr; }
  [[nodiscard]] JsonKind kind() const;
  [[nodiscard]] bool is_null() const { return node_ == nullptr || kind() == JsonKind::null; }

  /// Members of an object, elements of an array; 0 otherwise.
  [[nodiscard]] std::size_t size() const;
  /// Member by name; empty when absent, or when this is not an object.
  [[nodiscard]] JsonRef get(std::string_view name) const;
  /// Member along a dotted path ("schedule.tz"); empty when any step is absent.
  [[nodiscard]] JsonRef find(std::string_view dotted) const;
  /// Element of an array, or value of an object's member, by position.
  [[nodiscard]] JsonRef at(std::size_t index) const;
  /// Name of an object's member by position.
  [[nodiscard]] std::string_view name_at(std::size_t index) const;

  /// Requires the matching kind; number() also takes an integer.
  [[nodiscard]] const std::string& string() const;
  [[nodiscard]] std::int64_t integer() const;
  [[nodiscard]] double number() const;
  [[nodiscard]] bool boolean() const;
  /// Whether there is a value of this kind.
  [[nodiscard]] bool is(JsonKind kind) const { return node_ != nullptr && this->kind() == kind; }
  /// Whether it is `true`; false for any other value, or none.
  [[nodiscard]] bool is_true() const { return is(JsonKind::boolean) && boolean(); }
  /// The string; empty for any other value, or none.
  [[nodiscard]] const std::string& text() const;

  /// JSON text, indented by `indent` blanks a level; compact when that is negative.
  [[nodiscard]] std::string dump(int indent = -1) const;

 private:
  friend class JsonDocument;
  const void* node_ = nullptr;
};

/// A parsed or built tree, whose keys keep their order.
class JsonDocument {
 public:
  /// `null`.
  JsonDocument();
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  /// Parses UTF-8 text of at most 64 levels. Code::rejected names line and column.
  static Result<JsonDocument> parse(std::string_view text);
  /// The same for what another program has written: text that is no valid Unicode (bytes that are no UTF-8, half a pair of surrogates)
  /// becomes U+FFFD instead of a refusal.
  static Result<JsonDocument> parse_foreign(std::string_view text);
  static JsonDocument object();

  [[nodiscard]] JsonRef root() const;

  /// These set the value at a dotted path and make the objects on the way. `json` is JSON text.
  Status set_json(std::string_view dotted, std::string_view json);
  void set_string(std::string_view dotted, std::string_view value);
  void set_integer(std::string_view dotted, std::int64_t value);
  void set_number(std::string_view dotted, double value);
  void set_boolean(std::string_view dotted, bool value);
  void set_null(std::string_view dotted);
  /// Appends to the array at the path, which is made when absent.
  void append_string(std::string_view dotted, std::string_view value);
  /// Copies a value, also of another document; null when there is none.
  void set(std::string_view dotted, JsonRef value);
  /// Merges `other` into the root: objects member by member, everything else replaces what was there.
  void merge(JsonRef other);
  void erase(std::string_view dotted);

  [[nodiscard]] std::string dump(int indent = -1) const { return root().dump(indent); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Appends `text` as a JSON string, with quotes; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace facio
