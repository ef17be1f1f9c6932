// Shapes and fields as JSON Schema 2020-12.
#pragma once

#include "cli/catalogue/endpoint.hpp"
#include "cli/catalogue/json_writer.hpp"
#include "cli/core/forms.hpp"

namespace facio {

/// The shapes that a document refers to, in order of discovery, each name once: catalogues may share shapes.
class ShapeSet {
 public:
  /// Adds a shape and all that it refers to.
  void add(const Shape& shape);
  /// The body, reply and envelope of an endpoint.
  void add(const Endpoint& endpoint);
  [[nodiscard]] const std::vector<const Shape*>& all() const { return shapes_; }
  /// Whether there is one of this name.
  [[nodiscard]] bool has(const Shape& shape) const;

 private:
  void add(const Type& type);
  std::vector<const Shape*> shapes_;
};

/// What a schema is for.
enum class Use : std::uint8_t {
  request,
  patch,  ///< a request that changes parts: nothing is required, and nothing has a default
  reply,  ///< may pass on what others sent, whose names, zones and expressions are not ours to judge
  tool,   ///< what a model calls a tool with: a request, in the words that every provider understands
};

/// Writes the schemas of one document. `reference` is where its shapes are, e.g. "#/$defs/"; `systems` are the values of Format::system.
class SchemaWriter {
 public:
  SchemaWriter(JsonWriter& json, std::string_view reference, std::span<const std::string_view> systems = {})
      : json_(json), reference_(reference), systems_(systems) {}

  /// The schema of a member or parameter, an array if that is repeatable. The description of a parameter is usually outside its schema.
  void field(const Field& field, Use use, bool with_doc = true);
  /// The schema of a path parameter, which is none of the `other_words`: those are fixed words in its place of other paths.
  void path_parameter(const Field& field, std::span<const std::string_view> other_words);
  /// The schema of an object.
  void shape(const Shape& shape, Use use);
  /// {"$ref": …}
  void reference(std::string_view shape_name);

 private:
  void kind(Kind kind, bool nullable);
  void type(const Type& type, const Attr& attr);
  void scalar(const Type& type, const Attr& attr);
  void list(const Type& type, const Attr& attr);
  void open_value(const Attr& attr);
  void time_or_date(const Attr& attr);
  void string_rules(const Attr& attr);
  void pattern(const Attr& attr);
  void number_rules(const Attr& attr);
  void choices(const Attr& attr);
  void default_value(const Type& type, const Attr& attr);
  void example(const Type& type, const Attr& attr);
  void forms(const Shape& shape);
  void form(const Shape& shape, const Form& form);
  void form_member(const Shape& shape, const FormTerm& term);
  void lacking_member(const Shape& shape, std::string_view name);

  JsonWriter& json_;
  std::string_view reference_;
  std::span<const std::string_view> systems_;
  std::span<const std::string_view> other_words_ = {};
  /// Whether all rules are written, not those alone that every reader knows.
  [[nodiscard]] bool in_full() const { return use_ == Use::request || use_ == Use::patch; }

  Use use_ = Use::request;
};

/// A good value of a field as JSON, from its example, default, choices or format; empty when nothing tells.
std::string example_value(const Field& field);
/// A good object of this shape as JSON: the members that are required, and those that declare an example.
std::string example_object(const Shape& shape, bool patch);

}  // namespace facio
