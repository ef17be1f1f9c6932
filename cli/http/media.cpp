#include "cli/http/media.hpp"

#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio::http {
namespace {

constexpr std::size_t kMostSearched = 4096, kLongestTitle = 100;

/// The text of the <title>; empty when there is none near the beginning.
std::string title_of_page(std::string_view page) {
  page = page.substr(0, kMostSearched);
  const std::string small = lower(page);
  const auto open = small.find("<title");
  const auto begin = open == std::string::npos ? open : small.find('>', open);
  const auto end = begin == std::string::npos ? begin : small.find("</title", begin);
  if (end == std::string::npos) return {};
  std::string title = cut_text(trimmed(page.substr(begin + 1, end - begin - 1)), kLongestTitle);
  for (char& c : title)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return is_utf8(title) ? title : std::string();
}

}  // namespace

bool is_media_type(std::string_view content_type, std::string_view type) {
  return equals_ignoring_case(trimmed(content_type.substr(0, content_type.find(';'))), type);
}

std::string foreign_coding(const Headers& headers, std::string_view body) {
  std::string coding = lower(trimmed(find_header(headers, "content-encoding")));
  if (coding == "identity") coding.clear();
  if (body.starts_with("\x1f\x8b")) coding = "gzip";
  if (body.starts_with("\x28\xb5\x2f\xfd")) coding = "zstd";
  if (coding.empty() || !is_token(coding) || coding.size() >= 32) return {};
  return "compressed (" + coding + "), which was not requested";
}

std::string foreign_page(const Headers& headers, std::string_view body) {
  const std::string start = lower(trimmed(body.substr(0, kMostSearched)).substr(0, 15));
  const bool page =
      is_media_type(find_header(headers, "content-type"), "text/html") || start.starts_with("<!doctype html") || start.starts_with("<html");
  if (!page) return {};
  const std::string title = title_of_page(body);
  return title.empty() ? "an HTML page" : "an HTML page: " + title;
}

std::string foreign_body(const Headers& headers, std::string_view body) {
  std::string coding = foreign_coding(headers, body);
  return coding.empty() ? foreign_page(headers, body) : coding;
}

}  // namespace facio::http
