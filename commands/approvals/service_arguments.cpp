#include "commands/approvals/service_arguments.hpp"

namespace facio::approvals {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kLongestText = std::size_t{16} * 1024;  ///< of one text that is shown
constexpr std::size_t kLongestWhole = std::size_t{256} * 1024;
constexpr std::size_t kShortSecret = 4;

class Shower {
 public:
  explicit Shower(std::span<const Secret> secrets) : secrets_(secrets) {}

  void write(JsonRef value) {
    switch (value.kind()) {
      case JsonKind::object:
        shown.json += '{';
        for (std::size_t i = 0; i < value.size(); ++i) {
          if (i != 0) shown.json += ',';
          write_text(std::string(value.name_at(i)));
          shown.json += ':';
          write(value.at(i));
        }
        shown.json += '}';
        return;
      case JsonKind::array:
        shown.json += '[';
        for (std::size_t i = 0; i < value.size(); ++i) {
          if (i != 0) shown.json += ',';
          write(value.at(i));
        }
        shown.json += ']';
        return;
      case JsonKind::string: return write_text(value.string());
      case JsonKind::integer:
      case JsonKind::number:
      case JsonKind::boolean:
      case JsonKind::null: return write_word(value.dump());
    }
  }

  ShownArguments shown;

 private:
  /// A number may be a secret, too.
  void write_word(const std::string& word) {
    for (const Secret& secret : secrets_)
      if (!secret.empty() && secret.reveal() == word) return write_mask();
    shown.json += word;
  }
  void write_mask() {
    append_json_string(shown.json, kMask);
    shown.hidden = true;
  }

  void write_text(std::string text) {
    for (const Secret& secret : secrets_) {
      const std::string_view value = secret.reveal();
      if (value.empty()) continue;
      if (value.size() < kShortSecret) {
        if (text == value) return write_mask();
        continue;
      }
      for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + kMask.size())) {
        text.replace(at, value.size(), kMask);
        shown.hidden = true;
      }
    }
    const std::size_t most = shown.json.size() > kLongestWhole ? 64 : kLongestText;
    if (text.size() > most) {
      const std::size_t whole = text.size();
      std::size_t end = most;
      while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not inside a character
      text.resize(end);
      text += "… (cut: " + std::to_string(whole) + " bytes in all)";
      shown.hidden = true;
    }
    append_json_string(shown.json, text);
  }

  std::span<const Secret> secrets_;
};

}  // namespace

ShownArguments shown_arguments(JsonRef arguments, std::span<const Secret> secrets) {
  Shower shower(secrets);
  shower.write(arguments);
  return std::move(shower.shown);
}

}  // namespace facio::approvals
