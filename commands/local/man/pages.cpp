#include "commands/local/man/pages.hpp"

#include <algorithm>

#include "cli/catalogue/words.hpp"
#include "cli/command_line/help.hpp"
#include "cli/command_line/parse.hpp"
#include "commands/local/man/mdoc.hpp"
#include "man_pages.hpp"

namespace facio::man {
namespace {

std::string page_of(std::string_view id) {
  std::string name = "facioctl-";
  for (const char c : id) name += c == '.' ? '-' : c;
  return name;
}

/// Of the area "cron", or "third-things"; of a system's own commands its name.
std::string page_of_area(const Catalogue& known, std::string_view area) {
  if (!known.prefixed() || area == known.system()) return page_of(area);
  return page_of(std::string(known.system()) + "." + std::string(area));
}

/// The day of the hand-written page is that of all.
std::string_view date_line() { return embedded::kOverview.substr(0, embedded::kOverview.find('\n')); }

void begin(Mdoc& page, const std::string& name, int section, std::string_view about) {
  std::string title;
  for (const char c : name) title += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  page.raw(date_line()).macro("Dt", title + " " + std::to_string(section)).macro("Os").macro("Sh", "NAME");
  page.macro("Nm", name).macro("Nd", about).macro("Sh", "SYNOPSIS");
}

/// "Fl n , Fl Fl limit Ar N" from "-n, --limit N".
std::string flag_item(std::string_view left) {
  std::string out = "It";
  const auto word = [&](std::string_view text) {
    const bool comma = text.ends_with(',');
    if (comma) text.remove_suffix(1);
    if (text.starts_with("--[no-]")) {
      out.append(" Fl Fl ").append(text.substr(7)).append(" , Fl Fl no-").append(text.substr(7));
    } else if (const auto open = text.find('['); text.starts_with("--") && open != std::string_view::npos) {
      out.append(" Fl Fl ")
          .append(text.substr(2, open - 2))
          .append(" Ns Oo = Ns Ar ")
          .append(text.substr(open + 2, text.size() - open - 3))
          .append(" Oc");
    } else if (text.starts_with("--")) {
      out.append(" Fl Fl ").append(text.substr(2));
    } else if (text.starts_with('-')) {
      out.append(" Fl ").append(text.substr(1));
    } else {
      out.append(" Ar \\&").append(text);
    }
    if (comma) out += " ,";
  };
  while (!left.empty()) {
    const auto begin_of_word = std::min(left.find_first_not_of(' '), left.size());
    left.remove_prefix(begin_of_word);
    const std::string_view next = left.substr(0, left.find(' '));
    if (!next.empty()) word(next);
    left.remove_prefix(next.size());
  }
  return out;
}

void flag_list(Mdoc& page, const std::vector<HelpRow>& rows) {
  page.raw(".Bl -tag -width Ds");
  for (const HelpRow& row : rows) page.raw("." + flag_item(row.left)).text(row.right + ".");
  page.raw(".El");
}

void word_list(Mdoc& page, const std::vector<HelpRow>& rows, std::string_view macro) {
  page.raw(".Bl -tag -width Ds");
  for (const HelpRow& row : rows) page.macro("It " + std::string(macro), row.left).text(row.right + ".");
  page.raw(".El");
}

void see_also(Mdoc& page, const std::vector<std::string>& names) {
  page.macro("Sh", "SEE ALSO");
  for (const std::string& name : names) page.raw(".Xr " + name + (name == names.back() ? "" : " ,"));
}

void synopsis(Mdoc& page, const Endpoint& endpoint) {
  page.raw(".Nm facioctl").macro("Cm", command_words(endpoint));
  for (const Param& param : endpoint.params) {
    if (!param.is_positional()) continue;
    const std::string name(param.field.attr.value_name.empty() ? param.field.name : param.field.attr.value_name);
    page.macro(param.field.required ? "Ar" : "Op Ar", name + (param.field.attr.repeatable ? " ..." : ""));
  }
  if (endpoint.assignments) page.macro("Ar", "KEY=VALUE ...");
  page.raw(".Op Ar flags");
}

void description(Mdoc& page, const Endpoint& endpoint) {
  page.macro("Sh", "DESCRIPTION").text(std::string(endpoint.summary) + ".");
  if (!endpoint.description.empty()) page.raw(".Pp").text(endpoint.description);
  if (endpoint.method != Method::none) {
    page.raw(".Pp").text("It sends " + std::string(method_name(endpoint.method)) + " " + std::string(endpoint.path) + ".");
    if (endpoint.extension) page.text("This is an extension of facioctl serve; other agents may not have it.");
  }
  if (endpoint.effect == Effect::destructive) page.text("It asks first; --yes answers.");
  if (!endpoint.synonyms.empty()) {
    std::string also = "Also spelled:";
    for (const std::string_view synonym : endpoint.synonyms) also += " `" + std::string(synonym) + "`";
    page.raw(".Pp").text(also + ".");
  }
}

void exit_status(Mdoc& page, const Endpoint& endpoint) {
  page.macro("Sh", "EXIT STATUS").text("0 when done.");
  if (!endpoint.errors.empty()) {
    std::string text = "Of its own it fails with";
    for (const Code code : endpoint.errors)
      text +=
          " " + std::to_string(info(code).exit) + " (" + std::string(info(code).name) + ")" + (code == endpoint.errors.back() ? "." : ",");
    page.text(text);
  }
  page.text("All codes are in").raw(".Xr facioctl-exit-codes 7 .");
}

void examples(Mdoc& page, std::span<const Example> all) {
  if (all.empty()) return;
  page.macro("Sh", "EXAMPLES");
  for (const Example& example : all) {
    std::string says(example.says);
    if (!says.empty() && says[0] >= 'a' && says[0] <= 'z') says[0] = static_cast<char>(says[0] - 'a' + 'A');
    if (&example != &all.front()) page.raw(".Pp");
    page.text(says + ":").literal("facioctl " + std::string(example.command));
  }
}

void command_list(Mdoc& page, std::span<const Endpoint* const> endpoints) {
  page.raw(".Bl -tag -width Ds");
  for (const Endpoint* endpoint : endpoints) {
    page.macro("It Cm", command_usage(*endpoint)).text(std::string(endpoint->summary) + ".");
    page.raw(".Xr " + page_of(endpoint->id) + " 1");
  }
  page.raw(".El");
}

std::string command_page(const Endpoint& endpoint) {
  Mdoc page;
  begin(page, page_of(endpoint.id), 1, std::string(endpoint.summary));
  synopsis(page, endpoint);
  description(page, endpoint);
  if (const auto rows = argument_rows(endpoint); !rows.empty()) {
    page.macro("Sh", "ARGUMENTS");
    word_list(page, rows, "Ar");
  }
  page.macro("Sh", "OPTIONS");
  if (const auto rows = flag_rows(endpoint, true); !rows.empty()) flag_list(page, rows);
  page.text("The options of every command are in").raw(".Xr facioctl 1 .");
  if (endpoint.assignments) {
    page.macro("Sh", "KEYS");
    word_list(page, key_rows(*endpoint.body), "Cm");
  }
  if (!endpoint.columns.empty()) {
    std::string columns = "Columns of the table:";
    for (const Column& column : endpoint.columns)
      columns +=
          " " + std::string(column.path) + (column.wide ? " (with -o wide)" : "") + (&column == &endpoint.columns.back() ? "." : ",");
    page.macro("Sh", "OUTPUT").text(columns);
  }
  if (endpoint.verb().empty()) {
    std::vector<const Endpoint*> others;
    for (const Catalogue* one : unprefixed_catalogues(nullptr))
      std::ranges::copy_if(one->of_area(endpoint.id), std::back_inserter(others),
                           [&](const Endpoint* other) { return other != &endpoint; });
    if (!others.empty()) page.macro("Sh", "COMMANDS");
    if (!others.empty()) command_list(page, others);
  }
  exit_status(page, endpoint);
  examples(page, endpoint.examples);
  std::vector<std::string> names{"facioctl 1"};
  if (!endpoint.verb().empty()) names.push_back(page_of_area(catalogue_of(endpoint), endpoint.area()) + " 1");
  names.emplace_back("facioctl-exit-codes 7");
  see_also(page, names);
  return page.take();
}

std::string area_page(const Catalogue& known, const Area& area) {
  Mdoc page;
  begin(page, page_of_area(known, area.name), 1, std::string(area.title));
  const bool behind = known.prefixed() && area.name != known.system();
  page.raw(".Nm facioctl").macro("Cm", (behind ? std::string(known.system()) + " " : std::string()).append(area.name));
  page.raw(".Ar command").raw(".Op Ar flags");
  page.macro("Sh", "DESCRIPTION").text(std::string(area.title) + ".").text("These are the commands:");
  command_list(page, known.of_area(area.name));
  see_also(page, {"facioctl 1", "facioctl-exit-codes 7"});
  return page.take();
}

void area_items(Mdoc& page, const Catalogue& known) {
  for (const Area& area : known.areas())
    page.macro("It Cm", area.name).text(std::string(area.title) + ".").raw(".Xr " + page_of_area(known, area.name) + " 1");
}

std::string system_page(const System& system) {
  const Catalogue& known = system.catalogue();
  if (known.areas().empty()) return area_page(known, {system.name, system.title});
  Mdoc page;
  begin(page, page_of(system.name), 1, std::string(system.title));
  page.raw(".Nm facioctl").macro("Cm", system.name).raw(".Ar area").raw(".Ar command").raw(".Op Ar flags");
  page.macro("Sh", "DESCRIPTION").text(std::string(system.title) + ".").text("These are the areas:");
  page.raw(".Bl -tag -width Ds");
  area_items(page, known);
  page.raw(".El");
  if (const auto commands = known.of_area({}); !commands.empty()) {
    page.raw(".Pp").text("These commands are in no area:");
    command_list(page, commands);
  }
  page.raw(".Pp").text("In a context of kind " + std::string(system.name) + " the word " + std::string(system.name) + " may be left out.");
  see_also(page, {"facioctl 1", "facioctl-exit-codes 7"});
  return page.take();
}

std::string exit_codes_page() {
  Mdoc page;
  begin(page, "facioctl-exit-codes", 7, "what the exit codes of facioctl mean");
  page.raw(".Nm facioctl help exit-codes").raw(".Op Fl o Cm json");
  page.macro("Sh", "DESCRIPTION").text("Every command ends with one of these. They never change their meaning.");
  page.raw(".Bl -tag -width Ds");
  int last = -1;
  for (const CodeInfo& row : code_table()) {
    const bool seen = std::ranges::any_of(code_table(), [&](const CodeInfo& other) { return &other < &row && other.exit == row.exit; });
    if (seen || row.exit == last) continue;
    last = row.exit;
    page.macro("It", std::to_string(row.exit) + " " + std::string(row.name));
    page.text(std::string(row.when) + "." + (row.retryable ? " Trying again can help." : ""));
  }
  page.macro("It", "130, 143, 141").text("Ended by SIGINT, SIGTERM, SIGPIPE.").raw(".El");
  page.raw(".Pp").text(
      "With -o json, ndjson or yaml a failure is one line on standard error, an object whose member error has code, exit, message and, "
      "where they are known, hint, http, method, path and retryable.");
  see_also(page, {"facioctl 1"});
  return page.take();
}

/// Whether a word is an area of the default system or of this program.
bool is_area(std::string_view word) { return default_system().catalogue().has_area(word) || local_commands().has_area(word); }

/// What the hand-written overview leaves to the catalogue.
std::string filled(std::string_view mark) {
  Mdoc page;
  if (mark == "options") {
    std::vector<HelpRow> rows;
    for (const GlobalFlag& flag : kGlobalFlags) rows.push_back(global_row(flag, true));
    flag_list(page, rows);
  } else if (mark == "environment") {
    word_list(page, environment_rows(), "Ev");
  } else if (mark == "commands") {
    page.raw(".Bl -tag -width Ds");
    const Catalogue& local = local_commands();
    area_items(page, default_system().catalogue());
    area_items(page, local);
    for (const System* system : systems().subspan(1))
      page.macro("It Cm", system->name).text(std::string(system->title) + ".").raw(".Xr " + page_of(system->name) + " 1");
    for (std::size_t at = 0; at < local.size(); ++at)
      if (const std::string_view id = local.id_at(at); id.find('.') == std::string_view::npos && !is_area(id))
        page.macro("It Cm", id).text(std::string(local.summary_at(at)) + ".").raw(".Xr " + page_of(id) + " 1");
    page.raw(".El");
  }
  return page.take();
}

std::string overview_page() {
  constexpr std::string_view kMark = ".\\\" catalogue: ";
  std::string text;
  for (std::string_view rest = embedded::kOverview; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    text += line.starts_with(kMark) ? filled(line.substr(kMark.size())) : std::string(line) + "\n";
  }
  return text;
}

}  // namespace

std::vector<PageName> all_pages() {
  std::vector<PageName> pages{{"facioctl", 1}, {"facioctl.yaml", 5}, {"facioctl-exit-codes", 7}};
  for (const Catalogue* known : all_catalogues()) {
    for (std::size_t at = 0; at < known->size(); ++at) pages.push_back({page_of(known->id_at(at)), 1});
    for (const Area& area : known->areas())
      if (known->prefixed() || local_commands().find(area.name) == nullptr) pages.push_back({page_of_area(*known, area.name), 1});
    if (known->prefixed()) pages.push_back({page_of(known->system()), 1});
  }
  return pages;
}

std::string page_text(const PageName& page) {
  if (page.name == "facioctl") return overview_page();
  if (page.name == "facioctl.yaml") return std::string(embedded::kConfiguration);
  if (page.name == "facioctl-exit-codes") return exit_codes_page();
  for (const Catalogue* known : all_catalogues()) {
    for (std::size_t at = 0; at < known->size(); ++at)
      if (page_of(known->id_at(at)) == page.name) return command_page(known->at(at));
    for (const Area& area : known->areas())
      if (page_of_area(*known, area.name) == page.name && local_commands().find(area.name) == nullptr) return area_page(*known, area);
    if (known->prefixed() && page_of(known->system()) == page.name) return system_page(*find_system(known->system()));
  }
  return {};
}

}  // namespace facio::man
