#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/grid.hpp"
#include "cli/output/value_text.hpp"

namespace facio::output {

using namespace json;

namespace {

/// Lines of field and value.
class Detail {
 public:
  explicit Detail(const OutputOptions& options) : options_(options) {
    if (!options.headers) return;
    grid_.add("FIELD", Tone::heading);
    grid_.add("VALUE", Tone::heading);
  }

  void add(const std::string& path, std::string_view value, Meaning meaning) {
    const Json kind = kind_of(value);
    if (kind == Json::object && !is_empty(value) && !is_tagged(meaning.shape())) return add_members(path, value, meaning);
    if (kind == Json::array && has_objects(value)) return add_elements(path, value, meaning);
    if (kind == Json::string && value.find("\\n") != std::string_view::npos && (meaning.attr == nullptr || !meaning.attr->secret))
      return add_lines(path, unescaped(value));
    std::string text;
    append_value(text, value, meaning, options_);
    add_line(path, text, is_status(path) ? tone_of(text) : Tone::none);
  }

  void add_members(const std::string& path, std::string_view object, Meaning meaning) {
    const Shape* shape = meaning.shape();
    const Type* element = meaning.type != nullptr && meaning.type->kind == Kind::map ? meaning.type->element : nullptr;
    for (const auto& [raw, value] : json::Members(object)) {
      const std::string name = unescaped(raw, false);
      add(path.empty() ? name : path + "." + name, value, shape == nullptr ? Meaning{element, nullptr} : meaning_of(shape->find(name)));
    }
  }

  void write(Writer& to) {
    OutputOptions uncut = options_;
    uncut.width = 0;  // the one place where the whole value is wanted
    grid_.write(to, uncut);
  }

 private:
  void add_line(std::string_view field, std::string_view value, Tone tone = Tone::none) {
    append_printable(grid_.text(), field);
    grid_.end_cell();
    grid_.add(value, tone);
  }

  void add_lines(std::string_view field, std::string_view text) {
    for (const std::string_view line : split_terminated(text)) {
      add_line(field, printable(line));
      field = {};
    }
  }

  /// Every element of an array of objects on a line of its own, its values side by side.
  void add_elements(std::string_view field, std::string_view array, Meaning meaning) {
    const Meaning inner{meaning.type == nullptr ? nullptr : meaning.type->element, meaning.attr};
    for (const std::string_view element : Elements(array)) {
      std::string text;
      if (kind_of(element) == Json::object && inner.shape() != nullptr && !is_tagged(inner.shape())) {
        for (const auto& [name, value] : json::Members(element)) {
          if (kind_of(value) == Json::null) continue;
          if (!text.empty()) text += "  ";
          append_value(text, value, meaning_of(inner.shape()->find(unescaped(name, false))), options_);
        }
      } else {
        append_value(text, element, inner, options_);
      }
      add_line(field, text);
      field = {};
    }
  }

  static bool has_objects(std::string_view array) {
    std::string_view element;
    return Elements(array).next(element) && kind_of(element) == Json::object;
  }

  const OutputOptions& options_;
  Grid grid_{2};
};

}  // namespace

Status write_detail(const Endpoint& endpoint, const ReplyView& view, const OutputOptions& given, Writer& to) {
  OutputOptions options = given;
  if (options.terminal && options.time == TimeStyle::automatic) options.time = TimeStyle::both;
  const std::string_view value = view.items.front().value;
  if (kind_of(value) != Json::object) {
    append_value(to.text, value, {}, options);
    to.text += '\n';
    return {};
  }
  Detail detail(options);
  if (options.fields.empty() && options.columns.empty()) {
    if (is_empty(value)) return {};
    const Type type{Kind::object, nullptr, endpoint.form == ReplyForm::object ? endpoint.reply : nullptr};
    detail.add_members({}, value, {&type, nullptr});
  } else {
    const auto table = read_chosen_cells(endpoint, view, options, true);
    if (!table) return fail(table.error());
    for (std::size_t i = 0; i < table->columns.size(); ++i)
      detail.add(table->columns[i].path, table->cells[i], meaning_of(table->columns[i].field));
  }
  detail.write(to);
  return {};
}

}  // namespace facio::output
