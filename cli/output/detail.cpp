#include "cli/core/json_scan.hpp"
#include "cli/output/cells.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/grid.hpp"
#include "cli/output/value_text.hpp"

namespace facio::output {

using namespace json;

namespace {

/// Lines of field and value.
class Detail {
 public:
  explicit Detail(const OutputOptions& options) : options_(options) {}

  void add(const std::string& path, std::string_view value, Meaning meaning) {
    const Json kind = kind_of(value);
    if (kind == Json::object && !is_empty(value) && !is_tagged(meaning.shape())) return add_members(path, value, meaning);
    if (kind == Json::array && has_objects(value)) return add_elements(path, value, meaning);
    if (kind == Json::string && value.find("\\n") != std::string_view::npos && (meaning.attr == nullptr || !meaning.attr->secret))
      return add_lines(path, unescaped(value));
    std::string text;
    append_value(text, value, meaning, options_);
    const bool is_status = path == "status" || path.ends_with("_status") || path.ends_with(".status");
    line(path, text, is_status ? tone_of(text) : Tone::none);
  }
  void heading() {
    grid_.add("FIELD", Tone::heading);
    grid_.add("VALUE", Tone::heading);
  }
  void write(Writer& to) {
    OutputOptions uncut = options_;
    uncut.width = 0;  // the one place where the whole value is wanted
    grid_.write(to, uncut);
  }

 private:
  void line(std::string_view field, std::string_view value, Tone tone = Tone::none) {
    append_printable(grid_.text(), field);
    grid_.end_cell();
    grid_.add(value, tone);
  }
  void add_members(const std::string& path, std::string_view object, Meaning meaning) {
    const Shape* shape = meaning.shape();
    const Type* element = meaning.type != nullptr && meaning.type->kind == Kind::map ? meaning.type->element : nullptr;
    std::string_view raw, value;
    for (json::Members members(object); members.next(raw, value);) {
      const std::string name = unescaped(raw, false);
      add(path.empty() ? name : path + "." + name, value, shape == nullptr ? Meaning{element, nullptr} : meaning_of(shape->find(name)));
    }
  }
  void add_lines(const std::string& path, const std::string& text) {
    std::string_view rest = text;
    for (std::string_view field = path; !rest.empty(); field = {}) {
      const auto feed = rest.find('\n');
      line(field, printable(rest.substr(0, feed)));
      rest.remove_prefix(feed == std::string_view::npos ? rest.size() : feed + 1);
    }
  }
  /// Every element of an array of objects on a line of its own, its values side by side.
  void add_elements(const std::string& path, std::string_view array, Meaning meaning) {
    const Meaning inner{meaning.type == nullptr ? nullptr : meaning.type->element, meaning.attr};
    std::vector<std::string> lines;
    std::string_view element;
    for (Elements elements(array); elements.next(element);) {
      std::string text;
      if (kind_of(element) == Json::object && inner.shape() != nullptr && !is_tagged(inner.shape())) {
        std::string_view name, value;
        for (json::Members members(element); members.next(name, value);) {
          if (kind_of(value) == Json::null) continue;
          if (!text.empty()) text += "  ";
          append_value(text, value, meaning_of(inner.shape()->find(unescaped(name, false))), options_);
        }
      } else {
        append_value(text, element, inner, options_);
      }
      lines.push_back(std::move(text));
    }
    std::string_view field = path;
    for (const std::string& text : lines) {
      line(field, text);
      field = {};
    }
  }
  static bool has_objects(std::string_view array) {
    std::string_view element;
    Elements elements(array);
    return elements.next(element) && kind_of(element) == Json::object;
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
  if (options.headers) detail.heading();
  if (options.fields.empty() && options.columns.empty()) {
    const Type type{endpoint.form == ReplyForm::object ? Kind::object : Kind::any, nullptr,
                    endpoint.form == ReplyForm::object ? endpoint.reply : nullptr};
    if (is_empty(value)) return {};
    std::string_view name, inner;
    for (json::Members members(value); members.next(name, inner);) {
      const std::string plain = unescaped(name, false);
      detail.add(plain, inner, type.shape == nullptr ? Meaning{} : meaning_of(type.shape->find(plain)));
    }
    detail.write(to);
    return {};
  }
  auto columns = choose_columns(endpoint, view, options, true);
  if (!columns) return fail(std::move(columns.error()));
  std::vector<std::string> names;
  const auto cells = cells_of(endpoint, view, *columns, names);
  if (auto present = check_presence(endpoint, *columns, cells, options.fields.empty() ? "--columns" : "--fields"); !present) return present;
  for (std::size_t i = 0; i < columns->size(); ++i) detail.add((*columns)[i].path, cells[i], meaning_of((*columns)[i].field));
  detail.write(to);
  return {};
}

}  // namespace facio::output
