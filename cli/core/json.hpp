// JSON as data without the library's header: a document that owns a tree, and a light handle on one value of it.
// The tree keeps the order of keys. Only json.cpp knows the library behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"

namespace facio {

enum class JsonKind : std::uint8_t { null, boolean, integer, number, string, array, object };

/// A value inside a JsonDocument (or no value at all). Valid as long as the document is.
class JsonRef {
 public:
  JsonRef() = default;
  explicit JsonRef(const void* node) : node_(node) {}

  /// False for "no such member".
  explicit operator bool() const { return node_ != nullptr; }
  [[nodiscard]] JsonKind kind() const;
  [[nodiscard]] bool is_null() const { return node_ == nullptr || kind() == JsonKind::null; }

  /// Members of an object, elements of an array; 0 otherwise.
  [[nodiscard]] std::size_t size() const;
  /// Member by name; empty handle when absent or when this is no object.
  [[nodiscard]] JsonRef get(std::string_view name) const;
  /// Member along a dotted path ("schedule.tz"); empty handle when any step is absent.
  [[nodiscard]] JsonRef find(std::string_view dotted) const;
  /// Element of an array or the i-th member's value of an object.
  [[nodiscard]] JsonRef at(std::size_t index) const;
  /// Name of the i-th member of an object.
  [[nodiscard]] std::string_view name_at(std::size_t index) const;

  /// The value as its type; the kind must fit (number also takes integer).
  [[nodiscard]] const std::string& string() const;
  [[nodiscard]] std::int64_t integer() const;
  [[nodiscard]] double number() const;
  [[nodiscard]] bool boolean() const;
  /// Whether it is there and of this kind.
  [[nodiscard]] bool is(JsonKind kind) const { return node_ != nullptr && this->kind() == kind; }
  /// Its string; empty where it is none.
  [[nodiscard]] const std::string& text() const;

  /// The value as JSON text, compact, or indented by `indent` blanks when it is not negative.
  [[nodiscard]] std::string dump(int indent = -1) const;

 private:
  friend class JsonDocument;
  const void* node_ = nullptr;
};

/// A parsed or built JSON tree.
class JsonDocument {
 public:
  /// `null`.
  JsonDocument();
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  /// Parses UTF-8 text. Fails with Code::rejected, a message that tells line and column; deeper than 64 levels is refused.
  static Result<JsonDocument> parse(std::string_view text);
  /// An empty object.
  static JsonDocument object();

  [[nodiscard]] JsonRef root() const;

  /// Sets a value along a dotted path, making the objects between; `json` must be valid JSON text.
  Status set_json(std::string_view dotted, std::string_view json);
  void set_string(std::string_view dotted, std::string_view value);
  void set_integer(std::string_view dotted, std::int64_t value);
  void set_number(std::string_view dotted, double value);
  void set_boolean(std::string_view dotted, bool value);
  void set_null(std::string_view dotted);
  /// Appends to the array along the path, making it when absent.
  void append_string(std::string_view dotted, std::string_view value);
  /// Copies a value of another document.
  void set(std::string_view dotted, JsonRef value);
  /// Merges every member of `other`'s root object over this one's, objects deeply, everything else replaced.
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
