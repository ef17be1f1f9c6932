// Shapes and fields as JSON Schema 2020-12.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "cli/catalogue/json_writer.hpp"

namespace facio {

/// The shapes that a document refers to, in order of discovery, each name once: catalogues may share shapes.
class ShapeSet {
 public:
  /// Adds a shape and all that it refers to.
  void add(const Shape& shape);
  /// The body, reply and envelope of an endpoint.
  void add(const Endpoint& endpoint);
  [[nodiscard]] const std::vector<const Shape*>& all() const { return shapes_; }

 private:
  void add(const Type& type);
  std::vector<const Shape*> shapes_;
};

/// Writes the schemas of one document. `reference` is where its shapes are, e.g. "#/$defs/"; `systems` are the values of Format::system.
class SchemaWriter {
 public:
  SchemaWriter(JsonWriter& json, std::string_view reference, std::span<const std::string_view> systems = {})
      : json_(json), reference_(reference), systems_(systems) {}

  /// The schema of a member or parameter, an array if that is repeatable. The description of a parameter is usually outside its schema.
  /// A member of something `partial` has no default: what is not given stays.
  void field(const Field& field, bool with_doc = true, bool partial = false);
  /// The schema of an object, of which nothing is required and nothing has a default when it is `partial`.
  void shape(const Shape& shape, bool partial = false);
  /// {"$ref": …}
  void reference(std::string_view shape_name);

 private:
  void kind(Kind kind, bool nullable);
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

}  // namespace facio
