#include "cli/command_line/finding_reports.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"

namespace facio {
namespace {

/// A path as a relative reference, or one below file://.
std::string uri_of(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (is_alphanumeric(c) || std::string_view("-._~/").find(c) != std::string_view::npos) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri.append(1, '%').append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
  }
  return uri;
}

std::string whole_message(const Finding& finding) { return finding.fix ? finding.message + "; " + *finding.fix : finding.message; }

void append_location(JsonWriter& json, const Finding& finding) {
  json.key("locations").begin_array().begin_object();
  if (finding.file) {
    json.key("physicalLocation").begin_object().key("artifactLocation").begin_object().member("uri", uri_of(*finding.file)).end_object();
    if (finding.line) {
      json.key("region").begin_object().member("startLine", *finding.line);
      if (finding.column) json.member("startColumn", *finding.column);
      json.end_object();
    }
    json.end_object();
  }
  json.key("logicalLocations").begin_array().begin_object().member("fullyQualifiedName", finding.where).end_object().end_array();
  json.end_object().end_array();
}

/// Text of XML: characters that it cannot hold are escaped as for a terminal.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  // Two characters of Unicode are none of XML's.
  for (const auto& [none, shown] : {std::pair("\xef\xbf\xbe", "\\ufffe"), std::pair("\xef\xbf\xbf", "\\uffff")})
    for (auto at = out.find(none); at != std::string::npos; at = out.find(none, at)) out.replace(at, 3, shown);
  return out;
}

struct Case {
  std::string name;
  std::vector<const Finding*> findings = {};
};

std::string case_text(const Case& one, const std::string& suite) {
  std::string text = "    <testcase classname=\"" + xml(suite) + "\" name=\"" + xml(one.name) + "\"";
  std::string inside;
  for (const Finding* finding : one.findings) {
    const std::string message = xml(whole_message(*finding));
    const std::string place = finding->line ? ", line " + std::to_string(*finding->line) : "";
    if (finding->severity == "info") continue;
    inside += "      <failure type=\"" + xml(finding->check) + "\" message=\"" + message + "\">" + xml(finding->where) + place + ": " +
              message + "</failure>\n";
  }
  if (inside.empty() && !one.findings.empty()) inside = "      <skipped message=\"" + xml(whole_message(*one.findings.front())) + "\"/>\n";
  return text + (inside.empty() ? "/>\n" : ">\n" + inside + "    </testcase>\n");
}

/// The case of the innermost thing that is meant by `where`; null when there is none.
Case* case_of(std::string_view where, const std::unordered_map<std::string_view, Case*>& cases) {
  for (std::size_t end = where.size(); end > 0; --end) {
    if (end != where.size() && where[end] != '.' && where[end] != '[') continue;
    if (const auto found = cases.find(where.substr(0, end)); found != cases.end()) return found->second;
  }
  return nullptr;
}

bool fails(const Case& one) {
  return std::ranges::any_of(one.findings, [](const Finding* finding) { return finding->severity != "info"; });
}

}  // namespace

std::string as_sarif(const FindingList& findings) {
  std::vector<std::string_view> rules;
  for (const Finding& finding : findings.items)
    if (std::ranges::find(rules, finding.check) == rules.end()) rules.emplace_back(finding.check);
  JsonWriter json;
  json.begin_object().member("$schema", "https://json.schemastore.org/sarif-2.1.0.json").member("version", "2.1.0");
  json.key("runs").begin_array().begin_object().key("tool").begin_object().key("driver").begin_object();
  json.member("name", "facioctl").member("version", FACIOCTL_VERSION);
  json.array("rules", rules, [&](std::string_view rule) { json.begin_object().member("id", rule).end_object(); });
  json.end_object().end_object().member("columnKind", "unicodeCodePoints");
  json.array("results", findings.items, [&](const Finding& finding) {
    json.begin_object().member("ruleId", finding.check);
    json.member("ruleIndex", std::ranges::find(rules, finding.check) - rules.begin());
    json.member("level", finding.severity == "info" ? std::string_view("note") : std::string_view(finding.severity));
    json.key("message").begin_object().member("text", whole_message(finding)).end_object();
    append_location(json, finding);
    json.end_object();
  });
  return json.end_object().end_array().end_object().take();
}

std::string as_junit(const FindingList& findings, std::span<const CheckedThing> things) {
  std::map<std::string, std::vector<Case>> suites;
  std::unordered_map<std::string_view, Case*> cases;
  std::vector<Case> known(things.size());
  for (std::size_t i = 0; i < things.size(); ++i) {
    known[i].name = things[i].name;
    cases.emplace(things[i].where, &known[i]);
  }
  for (const Finding& finding : findings.items) {
    if (Case* const one = case_of(finding.where, cases); one != nullptr) one->findings.push_back(&finding);
    else suites[finding.file.value_or("")].push_back({finding.where, {&finding}});
  }
  for (std::size_t i = 0; i < things.size(); ++i) suites[things[i].file].push_back(std::move(known[i]));
  std::size_t tests = 0, failures = 0, skipped = 0;
  std::string text;
  for (const auto& [name, suite] : suites) {
    std::string inside;
    std::size_t failed = 0, left = 0;
    for (const Case& one : suite) {
      inside += case_text(one, name);
      failed += fails(one) ? 1 : 0;
      left += !fails(one) && !one.findings.empty() ? 1 : 0;
    }
    text += "  <testsuite name=\"" + xml(name) + "\" tests=\"" + std::to_string(suite.size()) + "\" failures=\"" + std::to_string(failed) +
            "\" errors=\"0\" skipped=\"" + std::to_string(left) + "\">\n" + inside + "  </testsuite>\n";
    tests += suite.size();
    failures += failed;
    skipped += left;
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"facioctl\" tests=\"" + std::to_string(tests) + "\" failures=\"" +
         std::to_string(failures) + "\" errors=\"0\" skipped=\"" + std::to_string(skipped) + "\">\n" + text + "</testsuites>\n";
}

}  // namespace facio
