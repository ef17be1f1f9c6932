#include "commands/facio/approvals/server/arguments.hpp"

#include "cli/core/utf8.hpp"

namespace facio::approvals {
namespace {

constexpr std::size_t kLongestText = std::size_t{16} * 1024;  ///< of one text that is shown
constexpr std::size_t kLongestWhole = std::size_t{256} * 1024;
constexpr std::size_t kShortText = 64;  ///< beyond that

class Shower {
 public:
  explicit Shower(UniqueFunction<std::string(std::string_view)> masked) : masked_(std::move(masked)) {}

  void write(JsonRef value) {
    if (value.kind() == JsonKind::object) return write_members(value);
    if (value.kind() == JsonKind::string) return write_text(value.string());
    if (value.kind() == JsonKind::array) {
      shown.json += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i != 0) shown.json += ',';
        write(value.at(i));
      }
      shown.json += ']';
      return;
    }
    // A number may be a secret, too.
    const std::string word = value.dump();
    if (masked_(word) == word) shown.json += word;
    else write_text(word);
  }

  ShownArguments shown;

 private:
  void write_members(JsonRef object) {
    shown.json += '{';
    for (std::size_t i = 0; i < object.size(); ++i) {
      if (i != 0) shown.json += ',';
      write_text(std::string(object.name_at(i)));
      shown.json += ':';
      write(object.at(i));
    }
    shown.json += '}';
  }

  void write_text(const std::string& text) {
    std::string visible = masked_(text);
    const std::size_t most = shown.json.size() > kLongestWhole ? kShortText : kLongestText;
    if (visible.size() > most) visible = cut_text(visible, most) + " (cut: " + std::to_string(text.size()) + " bytes in all)";
    if (visible != text) shown.hidden = true;
    append_json_string(shown.json, visible);
  }

  UniqueFunction<std::string(std::string_view)> masked_;
};

}  // namespace

ShownArguments shown_arguments(JsonRef arguments, UniqueFunction<std::string(std::string_view)> masked) {
  Shower shower(std::move(masked));
  shower.write(arguments);
  return std::move(shower.shown);
}

}  // namespace facio::approvals
