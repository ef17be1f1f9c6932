// Shapes and fields as JSON Schema 2020-12.
#pragma once

#include <string_view>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "cli/catalogue/json_writer.hpp"

namespace facio {

/// Shapes that a document refers to, each name once, in order of discovery: several catalogues may have the same shape.
class ShapeSet {
 public:
  /// Adds a shape and all that it refers to.
  void add(const Shape& shape);
  /// Body, reply and envelope of an endpoint.
  void add(const Endpoint& endpoint);
  [[nodiscard]] const std::vector<const Shape*>& all() const { return shapes_; }

 private:
  void add(const Type& type);
  std::vector<const Shape*> shapes_;
};

/// Writes the schemas of one document; `reference` is where its shapes are, as "#/$defs/"; `systems` what a Format::system may be.
class SchemaWriter {
 public:
  SchemaWriter(JsonWriter& json, std::string_view reference, std::span<const std::string_view> systems = {})
      : json_(json), reference_(reference), systems_(systems) {}

  /// The schema of a member or a parameter; `repeatable` makes it an array of that. A parameter's document usually stands beside its
  /// schema.
  void field(const Field& field, bool with_doc = true);
  /// The schema of an object; with `partial` nothing is required.
  void shape(const Shape& shape, bool partial = false);
  /// {"$ref": …}
  void reference(std::string_view shape_name);

 private:
  void type(const Type& type, const Attr& attr);
  void scalar(const Type& type, const Attr& attr);
  void string_rules(const Attr& attr);
  void number_rules(const Attr& attr);
  void choices(const Attr& attr);
  void default_value(const Type& type, const Attr& attr);

  JsonWriter& json_;
  std::string_view reference_;
  std::span<const std::string_view> systems_;
};

/// The unit of a number: "ms", "s", "bytes" …; empty when there is none.
std::string_view unit_of(Format format);

}  // namespace facio
