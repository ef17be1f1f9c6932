// The text of --fields help.
#include "cli/output/grid.hpp"
#include "cli/output/render.hpp"

namespace facio {
namespace {

using namespace output;

constexpr int kDeepest = 4;

const Type* element_type(const Type* type, std::string* brackets = nullptr) {
  for (; type->kind == Kind::array && type->element != nullptr; type = type->element)
    if (brackets != nullptr) *brackets += "[]";
  return type;
}

std::string type_name(const Field& field) {
  constexpr std::string_view names[] = {"string", "integer", "number", "boolean", "object", "array", "map", "any"};
  constexpr std::string_view formats[] = {"",   "time", "date", "time",  "zone", "cron",   "epoch ms", "epoch s",
                                          "ms", "s",    "h",    "bytes", "url",  "base64", "path"};
  std::string brackets;
  std::string name(names[static_cast<std::size_t>(element_type(field.type, &brackets)->kind)]);
  const auto format = formats[static_cast<std::size_t>(field.attr.format)];
  if (!format.empty()) name += " (" + std::string(format) + ")";
  return name + brackets;
}

void add_fields(Grid& grid, const Shape& shape, const std::string& prefix, int depth) {
  for (const Field& field : shape.fields) {
    const std::string path = prefix + std::string(field.name);
    grid.add(path);
    grid.add(type_name(field));
    grid.add(field.doc);
    const Type* type = element_type(field.type);
    if (type->shape != nullptr && depth < kDeepest) add_fields(grid, *type->shape, path + ".", depth + 1);
  }
}

/// Which fields are columns, and by which names.
std::string columns_text(const Endpoint& endpoint) {
  std::string text;
  for (const bool wide : {false, true}) {
    std::string names;
    for (const Column& column : endpoint.columns)
      if (column.wide == wide) names.append(names.empty() ? "" : ", ").append(column.title).append(" (").append(column.path).append(")");
    if (!names.empty()) text += (wide ? "Only with -o wide: " : "\nColumns of the table: ") + names + "\n";
  }
  return text;
}

}  // namespace

std::string fields_help(const Endpoint& endpoint) {
  if (endpoint.reply == nullptr) return "The fields of this reply are not declared; use -o json to see them.\n";
  Grid grid(3);
  grid.add("FIELD");
  grid.add("TYPE");
  grid.add("MEANING");
  add_fields(grid, *endpoint.reply, "", 1);
  StringOutput out;
  Writer writer(out);
  grid.write(writer, {});
  (void)writer.finish();
  return out.text() + columns_text(endpoint);
}

}  // namespace facio
